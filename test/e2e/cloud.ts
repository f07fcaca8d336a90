import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ANSIBLES, type Ansible, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { link } from '../lab/link.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';

// A small cloud of two hypervisors with all that there is to see: networks, tunnels, a group, templates. Its guests run, but boot no system.
const HOSTS = { hv1: { lab: 'see1', release: 12 }, hv2: { lab: 'see2', release: 13 } } as const;
type Name = keyof typeof HOSTS;
export const NAMES = Object.keys(HOSTS) as Name[];
const TINY = Buffer.alloc(1024 ** 2);
const CHECKSUM = `sha256:${createHash('sha256').update(TINY).digest('hex')}`;

const GUEST = {
  memory: '32 MiB',
  vcpus: 1,
  virt_type: 'qemu',
  archive_name: 'tiny.raw',
  shutdown_timeout: 1,
  force_off: true,
};

const COMMON = {
  hypervisor_packages: [],
  vm_defaults: GUEST,
  overlay_bridge: 'ovs-lan',
  overlay_group: 'mesh',
  overlay_key: 77,
};

const BRIDGES = [{ name: 'br-phy' }, { name: 'ovs-lan' }];
const ports = (host: number) => [
  { bridge: 'br-phy', port: 'host0', type: 'system' },
  { bridge: 'br-phy', port: 'br-phy', address: `10.77.0.${host}/24` },
];

const VARIABLES: Record<Name, Record<string, unknown>> = {
  hv1: {
    ovs_bridges: BRIDGES,
    ovs_ports: [
      ...ports(1),
      { bridge: 'ovs-lan', port: 'mgmt', tag: 30, mode: 'static', address: '10.30.0.1/24' },
    ],
    overlay_address: '10.77.0.1',
    networks: [
      {
        name: 'lan',
        bridge: 'ovs-lan',
        vlan: 10,
        subnet: '10.20.0.0/24',
        dhcp: { range: ['10.20.0.100', '10.20.0.199'] },
        dns: { domain: 'lab.test', forwarders: [] },
        nat: true,
        uplink: 'br-phy',
        forwards: [{ protocol: 'tcp', port: 8080, to: 'shopweb00', to_port: 80 }],
      },
    ],
    vms: [
      {
        name: 'gate',
        networks: [{ name: 'lan', address: '10.20.0.5' }],
        ovs: [{ name: 'ovs-lan', vlans: [30] }],
        interfaces: [{ name: 'eth1', address: '10.30.0.5/24' }],
      },
    ],
    vm_groups: [
      {
        name: 'shop',
        types: [
          { name: 'web', count: 2, prefix: 'shopweb', networks: [{ name: 'lan' }] },
          {
            name: 'sql',
            count: 1,
            prefix: 'shopsql',
            state: 'stopped',
            networks: [{ name: 'lan', address: '10.20.0.9' }],
          },
        ],
      },
    ],
  },
  hv2: {
    ovs_bridges: BRIDGES,
    ovs_ports: ports(2),
    overlay_address: '10.77.0.2',
    networks: [],
    vms: [
      {
        name: 'far',
        ovs: [{ name: 'ovs-lan', vlans: [10] }],
        interfaces: [{ name: 'eth0', address: '10.20.0.30/24' }],
      },
    ],
  },
};

/** The cloud, and a project of a user whose it is. */
export class SmallCloud {
  private constructor(
    readonly project: Project,
    private readonly hypervisors: Readonly<Record<Name, Hypervisor>>,
  ) {}

  /** Boots the hypervisors; nothing is made on them yet. */
  static async start(): Promise<SmallCloud> {
    for (const { lab } of Object.values(HOSTS)) await (await findHypervisor(lab))?.remove();
    const all = NAMES.map(async (name) => {
      const { lab, release } = HOSTS[name];
      return [name, await startHypervisor({ name: lab, release })] as const;
    });
    const hypervisors = Object.fromEntries(await Promise.all(all)) as Record<Name, Hypervisor>;
    await link(...Object.values(HOSTS).map(({ lab }) => ({ name: lab })));
    const project = await makeProject();
    writeFileSync(join(project.directory, 'tiny.raw'), TINY);
    const cloud = new SmallCloud(project, hypervisors);
    await cloud.declare();
    return cloud;
  }

  /** Writes the inventory. @param more hosts beside ours */
  async declare(more: Record<string, Record<string, unknown>> = {}): Promise<void> {
    const images = { 'tiny.raw': { path: join(this.project.directory, 'tiny.raw'), checksum: CHECKSUM } };
    const hosts = NAMES.map(async (name) => [
      name,
      { ...(await hostVariables(HOSTS[name].lab)), ...LAB_VARIABLES, ...COMMON, images, ...VARIABLES[name] },
    ]);
    const kvm = { hosts: { ...Object.fromEntries(await Promise.all(hosts)), ...more } };
    const mesh = { hosts: Object.fromEntries(NAMES.map((name) => [name, {}])) };
    const inventory = { kvm, mesh };
    writeFileSync(join(this.project.directory, 'hosts.yml'), stringify(inventory, { lineWidth: 0 }));
  }

  /** Runs one of our playbooks. */
  async play(playbook: string, args: readonly string[] = [], ansible: Ansible = ANSIBLES[0] as Ansible) {
    const command = ['ansible-playbook', `piecewise.cloud.${playbook}`, ...args];
    const { stdout, stderr, exitCode } = await this.project.run(ansible, command);
    return { output: `${stdout}\n${stderr}`, exitCode };
  }

  /** Runs a script on a hypervisor. */
  async sh(name: Name, script: string): Promise<string> {
    return (await this.hypervisors[name].exec(['sh', '-c', script])).stdout.trim();
  }

  async remove(): Promise<void> {
    this.project.remove();
    for (const one of Object.values(this.hypervisors)) await one.remove();
  }
}
