import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Ansible, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { link } from '../lab/link.ts';
import type { Release } from '../lab/packages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';

type Variables = Record<string, unknown>;

/** A hypervisor that is, or will be, a part of OVN. */
export interface OvnHost {
  /** Its name in the inventory: hv1, hv2, … */
  readonly name: string;
  readonly lab: string;
  /** Its address in the underlay. */
  readonly address: string;
  /** Another one after `reinstall`. */
  hypervisor: Hypervisor;
  /** Runs a script inside; gives what it prints, trimmed. Throws if it fails. */
  sh(script: string): Promise<string>;
  /** The exit code of a script, whatever it is. */
  code(script: string): Promise<number>;
}

/** What ansible-playbook did. */
export interface Played {
  readonly exitCode: number;
  readonly output: string;
  /** How many tasks changed something, by host. */
  readonly changed: Readonly<Record<string, number>>;
}

const address = (number: number) => `10.88.0.${number}`;
const labName = (prefix: string, number: number) =>
  `${process.env.PIECEWISE_SHARED || 'ovn'}-${prefix}${number}`;

// The underlay's address is on a bridge, as tunnels of the userspace datapath need it.
const underlay = (number: number) => `
  ovs-vsctl --may-exist add-br br-phy -- set bridge br-phy datapath_type=netdev -- --may-exist add-port br-phy host0
  ip link set br-phy up; ip address replace ${address(number)}/24 dev br-phy`;

// br-ex of all hosts is one network: a VLAN of the network between them.
const OUTER = `
  ovs-vsctl --may-exist add-br br-ex -- set bridge br-ex datapath_type=netdev \
    -- --may-exist add-port br-ex ex-phy -- set interface ex-phy type=patch options:peer=phy-ex \
    -- --may-exist add-port br-phy phy-ex -- set interface phy-ex type=patch options:peer=ex-phy -- set port phy-ex tag=100
  ip link set br-ex up`;

/** Hypervisors that reach each other by an underlay, and a project whose playbook runs the role `ovn`. */
export class OvnLab {
  private constructor(
    readonly hosts: readonly OvnHost[],
    readonly project: Project,
  ) {}

  /** @param prefix one to three characters that no other test file's lab has */
  static async start(prefix: string, releases: readonly Release[]): Promise<OvnLab> {
    const hosts: OvnHost[] = [];
    try {
      for (const [i, release] of releases.entries()) hosts.push(await startHost(prefix, i + 1, release));
      const lab = new OvnLab(hosts, await makeProject());
      await lab.join();
      return lab;
    } catch (error) {
      for (const { hypervisor } of hosts) await hypervisor.remove();
      throw error;
    }
  }

  host(name: string): OvnHost {
    const found = this.hosts.find((one) => one.name === name);
    if (!found) throw new Error(`the lab has no ${name}`);
    return found;
  }

  /** Joins their networks, again after one has started anew. */
  async join(): Promise<void> {
    await link(...this.hosts.map(({ lab }) => ({ name: lab })));
    for (const [i, host] of this.hosts.entries()) await host.sh(underlay(i + 1));
  }

  /** Gives each a bridge br-ex, by which they reach one network outside. It stays over a reboot. */
  async joinOutside(): Promise<void> {
    for (const host of this.hosts) await host.sh(OUTER);
  }

  /** A new machine under the name and the address of a former one. */
  async reinstall(name: string): Promise<void> {
    const host = this.host(name);
    const { release } = host.hypervisor;
    await host.hypervisor.remove();
    host.hypervisor = await startHypervisor({ name: host.lab, release });
    await this.join();
  }

  /** Writes the inventory. @param all variables of the group @param of variables of hosts beside what they all have */
  async declare(all: Variables, of: Record<string, Variables> = {}): Promise<void> {
    const one = async ({ name, lab, address: ovn_address }: OvnHost) =>
      [name, { ...(await hostVariables(lab)), ...LAB_VARIABLES, ovn_address, ...of[name] }] as const;
    const hosts = Object.fromEntries(await Promise.all(this.hosts.map(one)));
    const file = (name: string, value: unknown) =>
      writeFileSync(
        join(this.project.directory, name),
        stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }),
      );
    file('hosts.yml', { kvm: { hosts, vars: all } });
    const role = { name: 'Run the role', 'ansible.builtin.include_role': { name: 'piecewise.cloud.ovn' } };
    const play = { hosts: 'kvm', gather_facts: false, vars: { ansible_pipelining: true }, tasks: [role] };
    file('ovn.yml', [play]);
  }

  async play(ansible: Ansible, ...args: string[]): Promise<Played> {
    const { exitCode, stdout, stderr } = await this.project.run(ansible, [
      'ansible-playbook',
      'ovn.yml',
      ...args,
    ]);
    const recap = [...stdout.matchAll(/^(\S+)\s+: ok=\d+\s+changed=(\d+)/gm)];
    const changed = Object.fromEntries(recap.map(([, name = '', count]) => [name, Number(count)]));
    return { exitCode, output: `${stdout}\n${stderr}`, changed };
  }

  /** Runs the role; throws with the output if it fails. */
  async run(ansible: Ansible, ...args: string[]): Promise<Played> {
    const played = await this.play(ansible, ...args);
    if (played.exitCode !== 0) throw new Error(played.output);
    return played;
  }

  async remove(): Promise<void> {
    this.project.remove();
    for (const { hypervisor } of this.hosts) await hypervisor.remove();
  }
}

async function startHost(prefix: string, number: number, release: Release): Promise<OvnHost> {
  const lab = labName(prefix, number);
  await (await findHypervisor(lab))?.remove();
  const run = (script: string, check: boolean) => host.hypervisor.exec(['sh', '-ec', script], { check });
  const host: OvnHost = {
    name: `hv${number}`,
    lab,
    address: address(number),
    hypervisor: await startHypervisor({ name: lab, release }),
    sh: async (script) => (await run(script, true)).stdout.trim(),
    code: async (script) => (await run(script, false)).exitCode,
  };
  return host;
}
