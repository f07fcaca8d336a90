import { expect } from 'vitest';
import { ALL, turn } from '../support/daily.ts';
import { runModule } from '../support/module.ts';
import { type Choice, leftovers, moveBySteps, type StepName, stateOn, told } from './by-steps.ts';
import type { MoveHost, MoveLab } from './lab.ts';

const STRIDE = ALL ? 1 : 4;
const home = (name: string) => `/var/lib/libvirt/images/${name}`;

/** Two hypervisors, hv1 and hv2, and a guest without a system, which goes from one to the other and back. */
export class MovePair {
  here: MoveHost;
  there: MoveHost;

  constructor(
    lab: MoveLab,
    readonly name: string,
  ) {
    this.here = lab.host('hv1');
    this.there = lab.host('hv2');
  }

  swap(): void {
    [this.here, this.there] = [this.there, this.here];
  }

  /** Makes the guest on the first host, off, with data that take a while at a megabyte a second; gives its options. */
  async make(): Promise<Record<string, unknown>> {
    const { here, there, name } = this;
    const templates = '/var/lib/libvirt/templates';
    await here.sh(`mkdir -p ${templates}/by-checksum; cd ${templates}
      qemu-img create -q -f qcow2 by-checksum/${name}.qcow2 8M; ln -sf by-checksum/${name}.qcow2 ${name}.qcow2`);
    // The other host has another template of this name.
    await there.sh(
      `mkdir -p ${templates}/by-checksum; qemu-img create -q -f qcow2 ${templates}/by-checksum/${name}.qcow2 16M`,
    );
    const options = {
      ...{ name, memory: '16 MiB', virt_type: 'qemu', machine: 'pc-q35-7.2' },
      ...{ archive_name: `${name}.qcow2`, disks: [{ size: '16M' }], checksum_offload: false },
      ...{ ovs: [{ name: 'ovs-lan', vlans: [25] }], interfaces: [{ name: 'eth0', mode: 'manual' }] },
    };
    const made = await runModule(here.hypervisor, 'vm', { ...options, state: 'present', hypervisor: 'hv1' });
    expect(made).toMatchObject({ changed: true });
    await here.sh(`qemu-io -f qcow2 -c 'write -P 7 0 16M' ${home(name)}/data.qcow2`);
    return options;
  }

  /** A test that fails hinders no other: the guest is where it was left. */
  async find(): Promise<void> {
    if ((await stateOn(this.here, this.name)) === '') this.swap();
  }

  identity({ sh }: MoveHost): Promise<string> {
    const { name } = this;
    return sh(
      `virsh domuuid ${name}; virsh -q domiflist ${name} | awk '{print $3, $5}'; virsh dominfo ${name} | grep -E 'Persistent|Autostart:'`,
    );
  }

  /** The states of the guest, on the host that it is to leave and on the other one; empty where it is not defined. */
  states(): Promise<string[]> {
    return Promise.all([this.here, this.there].map((host) => stateOn(host, this.name)));
  }

  /** The hosts on which the guest runs. */
  async runningOn(): Promise<string[]> {
    const states = await this.states();
    return [this.here, this.there].filter((_, i) => states[i] === 'running').map(({ name }) => name);
  }

  /** Expects that the guest has moved there as a whole, and that nothing else is left. */
  async expectMoved(before: string, state = 'running'): Promise<void> {
    const { here, there, name } = this;
    expect(await this.states()).toEqual(['', state]);
    // The template by its content, whatever its name is: both files have the size of the template.
    const chain = `qemu-img info -U --backing-chain ${home(name)}/disk.qcow2 | grep -c 'virtual size: 8 MiB'`;
    expect(await there.sh(chain)).toBe('2');
    expect(
      await there.sh(`qemu-io -U -r -f qcow2 -c 'read -P 7 0 16M' ${home(name)}/data.qcow2`),
    ).not.toMatch(/failed/i);
    expect(await this.identity(there)).toBe(before);
    expect(await here.sh(`ls -d ${home(name)} 2>/dev/null || true`)).toBe('');
    for (const host of [here, there]) expect(await leftovers(host)).toBe('');
  }

  /** Waits until the migration has come as far as the disks. */
  async waitForCopy(): Promise<void> {
    const until = (condition: string) =>
      `for i in $(seq 300); do ${condition} && exit; sleep 0.1; done; exit 1`;
    await this.here.sh(until(`virsh -q domjobinfo ${this.name} | grep -q Outgoing`));
    await this.there.sh(until(`test -e /run/libvirt/qemu/${this.name}.pid`));
  }

  /** Moves the guest, expects that all went well, and is ready for the way back. */
  async move(choice: Choice = {}, state = 'running'): Promise<void> {
    const before = await this.identity(this.here);
    const outcome = await moveBySteps(this.here, this.there, this.name, choice);
    expect(outcome.complete, told(outcome)).toMatchObject({ changed: true });
    await this.expectMoved(before, state);
    this.swap();
  }

  /**
   * Kills a step before one effect after the other, in turns of days; the run after it moves the guest.
   * @param between expects what is so after the kill
   * @returns how often it was killed
   */
  async killsIn(
    step: StepName,
    choice: Choice,
    state: string,
    between: (at: string) => Promise<void>,
  ): Promise<number> {
    let kills = 0;
    for (let before = 1 + turn(STRIDE); ; before += STRIDE) {
      const id = await this.identity(this.here);
      const { here, there, name } = this;
      const outcome = await moveBySteps(here, there, name, { ...choice, kill: { step, before } });
      const isKilled = outcome[step] === undefined;
      const at = `${step} killed before effect ${before}`;
      await between(at);
      if (isKilled) {
        kills += 1;
        const again = await moveBySteps(here, there, name, choice);
        expect(again.complete, `${at}: ${told(again)}`).toMatchObject({ changed: true });
      } else expect(outcome.complete, told(outcome)).toMatchObject({ changed: true });
      await this.expectMoved(id, state);
      this.swap();
      if (!isKilled) return kills;
    }
  }
}
