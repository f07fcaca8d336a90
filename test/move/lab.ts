import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Ansible, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { link } from '../lab/link.ts';
import type { Release } from '../lab/packages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';
import { COUNTER } from './counter.ts';
import { COUNTING, imageBind, imageVariables, provideImage, type SmallImage } from './image.ts';

/** A hypervisor among those between which guests move. */
export interface MoveHost {
  /** Its name in the inventory: hv1, hv2, … */
  readonly name: string;
  /** Its name in the lab. */
  readonly lab: string;
  readonly hypervisor: Hypervisor;
  /** The address by which the other hypervisors reach it, for SSH too: `vm_move_address`. */
  readonly address: string;
  /** Runs a script inside; gives what it prints, trimmed. Throws if it fails. */
  sh(script: string): Promise<string>;
}

/** What to start. */
export interface MoveLabOptions {
  /** One to three characters that no other test file's lab has. */
  readonly prefix: string;
  /** Of hv1, hv2 and so on. */
  readonly releases: readonly Release[];
  /** How the bridges are joined: by the role `overlay`, or by the lab itself, which is faster; `none` is for networks of OVN. */
  readonly mesh?: 'direct' | 'role' | 'none';
  /** The number of the host that has the third party, from 1 on; the last one by default. */
  readonly third?: number;
  /** What the guests boot; the counting guest by default. */
  readonly image?: SmallImage;
}

type Variables = Record<string, unknown>;

/** Hypervisors that reach each other, with a joined bridge `ovs-lan`, and a third party on its VLAN 25. */
export interface MoveLab {
  readonly hosts: readonly MoveHost[];
  /** The host with the namespace `third`, in which the server of the counts runs. */
  readonly third: MoveHost;
  readonly project: Project;
  /** Gives a host by its name. */
  host(name: string): MoveHost;
  /** Writes the inventory. @param variables of hosts beside what they all have, such as `vms` @param all of the group */
  declare(variables: Record<string, Variables>, all?: Variables): Promise<void>;
  /** Runs a playbook of the collection. */
  play(ansible: Ansible, playbook: string, ...args: string[]): Promise<{ exitCode: number; output: string }>;
  /** Makes the network of a host again after a reboot. */
  connect(host: MoveHost): Promise<void>;
  remove(): Promise<void>;
}

const underlay = (number: number) => `10.88.0.${number}`;
const labName = (prefix: string, number: number) =>
  `${process.env.PIECEWISE_SHARED || 'move'}-${prefix}${number}`;

// The underlay's address is on a bridge, as tunnels of the userspace datapath need it. No tunnel forwards to another.
function script(
  number: number,
  { releases, mesh = 'direct', third = releases.length }: MoveLabOptions,
): string {
  const lines = [
    `ovs-vsctl --may-exist add-br br-phy -- set bridge br-phy datapath_type=netdev \
       -- --may-exist add-port br-phy host0
     ip link set br-phy up; ip address replace ${underlay(number)}/24 dev br-phy
     ovs-vsctl --may-exist add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev`,
  ];
  const others = releases.map((_, i) => i + 1).filter((other) => other !== number);
  for (const other of mesh === 'direct' ? others : []) {
    lines.push(
      `ovs-vsctl --may-exist add-port ovs-lan to-hv${other} -- set port to-hv${other} protected=true \
         -- set interface to-hv${other} type=vxlan options:remote_ip=${underlay(other)}`,
    );
  }
  if (number === third && mesh !== 'none') {
    lines.push(
      `ovs-vsctl --if-exists del-port third -- add-port ovs-lan third tag=25 -- set interface third type=internal
       ip netns add third 2>/dev/null || true
       ip link set third netns third; ip -n third link set lo up
       ip -n third address replace ${COUNTER.address}/24 dev third; ip -n third link set third up`,
    );
  }
  return lines.join('\n');
}

async function startHost(prefix: string, number: number, release: Release): Promise<MoveHost> {
  const lab = labName(prefix, number);
  await (await findHypervisor(lab))?.remove();
  const hypervisor = await startHypervisor({ name: lab, release, binds: [imageBind()] });
  return {
    name: `hv${number}`,
    lab,
    hypervisor,
    address: underlay(number),
    sh: async (text) => (await hypervisor.exec(['sh', '-ec', text])).stdout.trim(),
  };
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the lab has no ${what}`);
  return value;
}

/** Joins hosts that run. */
async function joinHosts(hosts: readonly MoveHost[], options: MoveLabOptions): Promise<MoveLab> {
  const { releases, mesh = 'direct', third = releases.length, image = COUNTING } = options;
  await link(...hosts.map(({ lab }) => ({ name: lab })));
  const connect = async (host: MoveHost) => {
    await host.sh(script(hosts.indexOf(host) + 1, options));
  };
  for (const host of hosts) await connect(host);
  for (const host of hosts) await provideImage(host.hypervisor, image);
  const project = await makeProject();
  const lab: MoveLab = {
    hosts,
    third: present(hosts[third - 1], `host ${third}`),
    project,
    host: (name) =>
      present(
        hosts.find((one) => one.name === name),
        name,
      ),
    declare: async (variables, all = {}) => {
      const one = async ({ name, lab, address }: MoveHost) => {
        const overlay = mesh === 'role' ? { overlay_bridge: 'ovs-lan', overlay_address: address } : {};
        const common = { ...(await hostVariables(lab)), ...LAB_VARIABLES, ...overlay };
        return [name, { ...common, vm_move_address: address, ...variables[name] }] as const;
      };
      const entries = Object.fromEntries(await Promise.all(hosts.map(one)));
      const images = await imageVariables(project.directory, image);
      const kvm = { hosts: entries, vars: { images, ...all } };
      writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm }, { lineWidth: 0 }));
    },
    play: async (ansible, playbook, ...args) => {
      const argv = ['ansible-playbook', `piecewise.cloud.${playbook}`, ...args];
      const { exitCode, stdout, stderr } = await project.run(ansible, argv);
      return { exitCode, output: `${stdout}\n${stderr}` };
    },
    connect,
    remove: async () => {
      project.remove();
      for (const { hypervisor } of hosts) await hypervisor.remove();
    },
  };
  await lab.declare({});
  if (mesh === 'role') {
    const { exitCode, output } = await lab.play('2.14', 'networks');
    if (exitCode !== 0) throw new Error(`the overlay was not made:\n${output}`);
  }
  return lab;
}

/** Starts the hypervisors, each with the image of the guests; they are removed by `remove()` of the result. */
export async function startMoveLab(options: MoveLabOptions): Promise<MoveLab> {
  const hosts: MoveHost[] = [];
  try {
    for (const [i, release] of options.releases.entries()) {
      hosts.push(await startHost(options.prefix, i + 1, release));
    }
    return await joinHosts(hosts, options);
  } catch (error) {
    for (const { hypervisor } of hosts) await hypervisor.remove();
    throw error;
  }
}
