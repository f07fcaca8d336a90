import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { moveByHand } from './by-hand.ts';
import { breaks, Counter, isUnbroken, longestGap } from './counter.ts';
import { addressOf, askDisks, countingVm, type DiskReport, lostOf } from './guest.ts';
import { type MoveHost, type MoveLab, startMoveLab } from './lab.ts';

// What the tests of moves stand on: two hypervisors, a guest that counts, and one who listens. The guest is moved by virsh
// alone. The tests build on each other, in this order.
const GUEST = { name: 'walker', number: 10 };
const ADDRESS = addressOf(GUEST);
let lab: MoveLab;
let counter: Counter;
let disks: DiskReport[];

const stateOn = (host: MoveHost) => host.sh(`virsh domstate --reason ${GUEST.name} 2>&1 || true`);

async function moves(from: MoveHost, to: MoveHost): Promise<void> {
  await counter.more(ADDRESS);
  const begun = Date.now();
  await moveByHand(from, to, GUEST.name);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  const arrivals = await counter.more(ADDRESS);
  expect(breaks(arrivals)).toEqual([]);
  const since = arrivals.filter(({ time }) => time > begun);
  console.log(`${from.lab} → ${to.lab}: ${seconds} s, longest gap ${longestGap(since)} ms`);
  expect(await stateOn(to)).toBe('running (migrated)');
  expect(await stateOn(from)).toMatch(/failed to get domain/);
  expect(lostOf(disks, await askDisks(lab.third, GUEST))).toEqual([]);
}

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'fx', releases: [12, 13] });
  counter = await Counter.start(lab.third);
});
afterAll(() => lab?.remove());

describe('the lab of moves', () => {
  it('has hosts that reach each other by SSH, by the address in the inventory', async () => {
    const ask = "ssh-keyscan -T 5 -t ed25519 $ADDRESS 2>/dev/null | grep -v '^#' | cut -d' ' -f2-";
    for (const { address, sh } of lab.hosts) {
      const key = (await sh("cut -d' ' -f1,2 /etc/ssh/ssh_host_ed25519_key.pub")).trim();
      for (const other of lab.hosts) expect(await other.sh(ask.replace('$ADDRESS', address))).toBe(key);
    }
    const [ansible = '2.14'] = ANSIBLES;
    const run = await lab.project.run(ansible, [
      'ansible',
      'kvm',
      '-m',
      'ansible.builtin.debug',
      '-a',
      'var=vm_move_address',
    ]);
    expect(run.stdout).toMatch(/10\.88\.0\.1[\s\S]*10\.88\.0\.2/);
  });

  it('has a guest of the role vm, which counts and has two disks', async () => {
    await lab.declare({ hv1: { vms: [countingVm(GUEST)] } });
    const [ansible = '2.14'] = ANSIBLES;
    const { exitCode, output } = await lab.play(ansible, 'vms');
    expect(exitCode, output).toBe(0);
    expect(isUnbroken(await counter.more(ADDRESS))).toBe(true);
    disks = await askDisks(lab.third, GUEST);
    expect(disks.map(({ disk }) => disk)).toEqual(['vda', 'vdb']);
    expect(lostOf(disks, disks)).toEqual([]);
  });

  it('lets the guest move, and back, and its connection goes on', async () => {
    const [one, two] = [lab.host('hv1'), lab.host('hv2')];
    await moves(one, two);
    await moves(two, one);
  });

  it('notices a guest that was started again, and one that lost its disk', async () => {
    const { sh } = lab.host('hv1');
    await sh(
      `virsh shutdown ${GUEST.name}; until virsh domstate ${GUEST.name} | grep -q off; do sleep 0.2; done`,
    );
    const before = (await counter.arrivals(ADDRESS)).filter(({ event }) => event === 'number');
    await sh(`virsh start ${GUEST.name}`);
    const after = await counter.more(ADDRESS);
    expect(breaks(after)).toEqual(['2 connections', 'the connection was ended']);
    expect(after.find(({ connection, number }) => connection === 2 && number !== undefined)?.number).toBe(
      (before.at(-1)?.number ?? 0) + 1,
    );
    expect(lostOf(disks, await askDisks(lab.third, GUEST))).toEqual([]);
    await sh(
      `virsh destroy ${GUEST.name}; cd /var/lib/libvirt/images/${GUEST.name}
       qemu-img create -q -f qcow2 data.qcow2 32M; virsh start ${GUEST.name}`,
    );
    await counter.more(ADDRESS);
    expect(lostOf(disks, await askDisks(lab.third, GUEST))).toContain('the pattern of vdb has changed');
  });
});
