import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ALL, turn } from '../support/daily.ts';
import { runModule } from '../support/module.ts';
import { leftovers, moveBySteps, STEPS, type StepName, stateOn, told } from './by-steps.ts';
import { type MoveHost, type MoveLab, startMoveLab } from './lab.ts';

// A guest without a system, which starts at once, goes from one host to the other and back. Whatever ends in the middle, it runs
// on one of them, and on one only, and the next run ends the move.
const NAME = 'killed';
const STRIDE = ALL ? 1 : 4;

let lab: MoveLab;
let here: MoveHost;
let there: MoveHost;
const swap = () => {
  [here, there] = [there, here];
};

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'kl', releases: [12, 13] });
  [here, there] = [lab.host('hv1'), lab.host('hv2')];
  const home = '/var/lib/libvirt/templates';
  await here.sh(`mkdir -p ${home}/by-checksum; cd ${home}
    qemu-img create -q -f qcow2 by-checksum/kl.qcow2 8M; ln -sf by-checksum/kl.qcow2 kl.qcow2`);
  // The other host has another template of this name.
  await there.sh(
    `mkdir -p ${home}/by-checksum; qemu-img create -q -f qcow2 ${home}/by-checksum/kl.qcow2 16M`,
  );
  const options = {
    ...{ name: NAME, memory: '16 MiB', virt_type: 'qemu', machine: 'pc-q35-7.2', archive_name: 'kl.qcow2' },
    ...{
      disks: [{ size: '16M' }],
      ovs: [{ name: 'ovs-lan', vlans: [25] }],
      interfaces: [{ name: 'eth0', mode: 'manual' }],
    },
    ...{ checksum_offload: false, hypervisor: 'hv1' },
  };
  const made = await runModule(here.hypervisor, 'vm', { ...options, state: 'present' });
  expect(made).toMatchObject({ changed: true });
  // What is copied takes a while at a megabyte a second.
  await here.sh(
    `qemu-io -f qcow2 -c 'write -P 7 0 16M' /var/lib/libvirt/images/${NAME}/data.qcow2; virsh start ${NAME}`,
  );
});
afterAll(() => lab?.remove());
// A test that fails hinders no other.
beforeEach(async () => {
  if ((await stateOn(here, NAME)) === '') swap();
});

const identity = ({ sh }: MoveHost) =>
  sh(
    `virsh domuuid ${NAME}; virsh -q domiflist ${NAME} | awk '{print $3, $5}'; virsh dominfo ${NAME} | grep -E 'Persistent|Autostart:'`,
  );

/** The hosts on which the guest runs. */
async function runningOn(): Promise<string[]> {
  const states = await Promise.all([here, there].map(async (host) => [host.name, await stateOn(host, NAME)]));
  return states.filter(([, state]) => state === 'running').map(([name]) => name ?? '');
}

/** Expects that the guest runs on one host; or is suspended where it has come, as libvirt leaves it until it may run. */
async function expectOnOne(at: string): Promise<void> {
  const states = await Promise.all([here, there].map((host) => stateOn(host, NAME)));
  const running = states.filter((state) => state === 'running').length;
  if (running !== 1) expect(states, at).toEqual(['', 'paused']);
}

const backing = ({ sh }: MoveHost) =>
  sh(`qemu-img info -U --output=json /var/lib/libvirt/images/${NAME}/disk.qcow2 | grep -o '"backing-filename": .*'
    qemu-img info -U --backing-chain /var/lib/libvirt/images/${NAME}/disk.qcow2 | grep -c 'virtual size: 8 MiB'`);

/** Expects that the guest has moved there as a whole, and that nothing else is left. */
async function expectMoved(before: string): Promise<void> {
  expect(await stateOn(here, NAME)).toBe('');
  expect(await stateOn(there, NAME)).toBe('running');
  // By its content, whatever its name is: both files have the size of the template.
  expect(await backing(there)).toMatch(/\n2$/);
  expect(await identity(there)).toBe(before);
  expect(await here.sh(`ls -d /var/lib/libvirt/images/${NAME} 2>/dev/null || true`)).toBe('');
  for (const host of [here, there]) expect(await leftovers(host)).toBe('');
}

/** Kills a step before one effect after the other, in turns of days. @returns how often it was killed */
async function killsIn(step: StepName): Promise<number> {
  let kills = 0;
  for (let before = 1 + turn(STRIDE); ; before += STRIDE) {
    const id = await identity(here);
    const outcome = await moveBySteps(here, there, NAME, { kill: { step, before } });
    const isKilled = outcome[step] === undefined;
    const at = `${step} killed before effect ${before}`;
    await expectOnOne(at);
    if (isKilled) {
      kills += 1;
      const again = await moveBySteps(here, there, NAME);
      expect(again.complete, `${at}: ${told(again)}`).toMatchObject({ changed: true });
    } else expect(outcome.complete, told(outcome)).toMatchObject({ changed: true });
    await expectMoved(id);
    swap();
    if (!isKilled) return kills;
  }
}

describe('a guest whose move is killed', { timeout: 900_000 }, () => {
  it('moves, and leaves nothing', async () => {
    const before = await identity(here);
    const outcome = await moveBySteps(here, there, NAME);
    expect(outcome.complete, told(outcome)).toMatchObject({ changed: true });
    await expectMoved(before);
    swap();
  });

  it.each(STEPS)('in the step %s is on one host, and moves by the next run', async (step) => {
    expect(await killsIn(step)).toBeGreaterThan(0);
  });

  // The migration is slow, so that it can be ended in the middle.
  const SLOW = { bandwidth: 1 };
  const CULPRITS = [
    ['ssh', 'pkill -KILL -x ssh'],
    ['libvirtd of its host', 'kill -KILL $(cat /run/libvirtd.pid)'],
    ['libvirtd of the new host', 'kill -KILL $(cat /run/libvirtd.pid)'],
    ['QEMU of the new host', `kill -KILL $(cat /run/libvirt/qemu/${NAME}.pid)`],
  ] as const;

  it.each(CULPRITS)(
    'by the end of %s stays where it is, and moves by the next run',
    async (culprit, script) => {
      const before = await identity(here);
      const at = culprit.endsWith('new host') ? there : here;
      const ended = moveBySteps(here, there, NAME, { migration: SLOW });
      await here.sh(
        `for i in $(seq 300); do virsh -q domjobinfo ${NAME} | grep -q Outgoing && exit; sleep 0.1; done; exit 1`,
      );
      // The migration has come as far as the disks.
      await there.sh(
        `for i in $(seq 300); do test -e /run/libvirt/qemu/${NAME}.pid && exit; sleep 0.1; done; exit 1`,
      );
      await at.sh(script);
      const outcome = await ended;
      expect(outcome.send, told(outcome)).toMatchObject({ failed: true });
      expect(await runningOn()).toEqual([here.name]);
      const again = await moveBySteps(here, there, NAME);
      expect(again.complete, told(again)).toMatchObject({ changed: true });
      await expectMoved(before);
      swap();
    },
  );
});
