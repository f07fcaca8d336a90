import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { leftovers, stateOn } from './by-steps.ts';
import { breaks, Counter, longestGap } from './counter.ts';
import { addressOf, askDisks, countingVm, type DiskReport, type GuestOptions, lostOf } from './guest.ts';
import { type MoveHost, type MoveLab, startMoveLab } from './lab.ts';

// Real guests on a VLAN of the mesh that count over TCP to a third party, moved by the role vm between Debian 12 and 13. The tests build on each other,
// in this order.
const [ANSIBLE = '2.14'] = ANSIBLES;
// What both releases have.
const MACHINE = { machine: 'pc-q35-7.2' };
const WALKER: GuestOptions = { name: 'walker', number: 10, more: MACHINE };
const COPY: GuestOptions = { name: 'copied', number: 11, data: false, more: { ...MACHINE, backing: 'copy' } };
const UEFI: GuestOptions = { name: 'uefi', number: 12, data: false, uefi: true, more: MACHINE };
const ALL = [WALKER, COPY, UEFI];

let lab: MoveLab;
let counter: Counter;
let hv1: MoveHost;
let hv2: MoveHost;
const disks = new Map<string, DiskReport[]>();

const play = (playbook: string, ...args: string[]) => lab.play(ANSIBLE, playbook, ...args);
async function passes(...args: Parameters<typeof play>): Promise<string> {
  const { exitCode, output } = await play(...args);
  expect(exitCode, output).toBe(0);
  return output;
}
const vms = (guests: readonly GuestOptions[], more: object = {}) => ({
  vms: guests.map((guest) => ({ ...countingVm(guest), ...more })),
});
const identity = ({ sh }: MoveHost, name: string) =>
  sh(
    `virsh domuuid ${name}; virsh -q domiflist ${name} | awk '{print $5}'; virsh dominfo ${name} | grep -E 'Persistent|Autostart:'`,
  );

/** Expects that guests have gone from one host to another while they counted. */
async function expectMoved(
  from: MoveHost,
  to: MoveHost,
  guests: readonly GuestOptions[],
  ids: readonly string[],
  begun: number,
) {
  for (const [i, guest] of guests.entries()) {
    const { name } = guest;
    const arrivals = await counter.more(addressOf(guest));
    expect(breaks(arrivals), name).toEqual([]);
    console.log(`${name}: longest gap ${longestGap(arrivals.filter(({ time }) => time > begun))} ms`);
    expect(lostOf(disks.get(name) ?? [], await askDisks(lab.third, guest)), name).toEqual([]);
    expect(await stateOn(to, name)).toBe('running');
    expect(await identity(to, name)).toBe(ids[i]);
    expect(
      await from.sh(`virsh -q list --all --name; ls /var/lib/libvirt/images /var/lib/libvirt/qemu/nvram`),
    ).not.toContain(name);
  }
  for (const host of [from, to]) expect(await leftovers(host)).toBe('');
}

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'mv', releases: [12, 13], mesh: 'role' });
  [hv1, hv2] = [lab.host('hv1'), lab.host('hv2')];
  counter = await Counter.start(lab.third);
  await lab.declare({ hv1: vms(ALL) });
  await passes('vms');
  for (const guest of ALL) {
    await counter.more(addressOf(guest), 5, 300);
    disks.set(guest.name, await askDisks(lab.third, guest));
  }
}, 900_000);
afterAll(() => lab?.remove());

describe('guests whose entries go to another host', { timeout: 900_000 }, () => {
  it('are an error that says where they are, without migrate', async () => {
    await lab.declare({ hv2: vms(ALL) });
    for (const args of [['--check'], []]) {
      const { exitCode, output } = await play('vms', ...args);
      expect(exitCode).not.toBe(0);
      for (const { name } of ALL) expect(output).toContain(`${name} is on hv1, which does not declare it`);
    }
    for (const { name } of ALL) expect(await stateOn(hv1, name)).toBe('running');
  });

  it('are only said to move in check mode', async () => {
    await lab.declare({ hv2: vms(ALL, { migrate: 'live' }) });
    const output = await passes('vms', '--check', '--diff');
    for (const { name } of ALL) expect(output).toContain(`prepare the live move of ${name} from hv1`);
    for (const { name } of ALL) expect(await stateOn(hv2, name)).toBe('');
    expect(await hv2.sh('ls /var/lib/libvirt/images')).toBe('');
    for (const host of [hv1, hv2]) expect(await leftovers(host)).toBe('');
  });

  it('are not made while their host does not answer, and are not moved in part', async () => {
    await hv1.sh('systemctl stop libvirtd libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket');
    const { exitCode, output } = await play('vms');
    await hv1.sh('systemctl start libvirtd.socket libvirtd-ro.socket libvirtd');
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/hv1 can't be asked whether it has walker, copied, uefi/);
    expect(await hv2.sh('virsh -q list --all --name; ls /var/lib/libvirt/images')).toBe('');
    for (const { name } of ALL) expect(await stateOn(hv1, name)).toBe('running');
  });

  it('move while they run, with all that is theirs, and a second run changes nothing', async () => {
    const ids = await Promise.all(ALL.map(({ name }) => identity(hv1, name)));
    const begun = Date.now();
    const output = await passes('vms');
    expect(output).toMatch(/hv1: move \w+: \d+ % of /);
    await expectMoved(hv1, hv2, ALL, ids, begun);
    expect(await passes('vms')).toMatch(/hv2 +: ok=\d+ +changed=0 /);
  });

  it('move back by --limit, with a bandwidth; meanwhile their key opens nothing else', async () => {
    const ids = await Promise.all([identity(hv2, WALKER.name)]);
    await lab.declare({
      hv1: vms([WALKER], { migrate: 'live', migration: { bandwidth: 1 } }),
      hv2: vms([COPY, UEFI]),
    });
    const begun = Date.now();
    const run = play('vms', '--limit', 'hv1');
    await hv2.sh(
      `for i in $(seq 600); do virsh -q domjobinfo walker 2>/dev/null | grep -q Outgoing && exit; sleep 0.1; done; exit 1`,
    );
    const key = await hv2.sh('ls /var/lib/piecewise-cloud/moves/*/key');
    const ssh = `timeout 20 ssh -F none -i ${key} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;
    const to = `root@${hv1.address}`;
    expect(await hv2.sh(`${ssh} ${to} id || echo $?`)).toBe('1');
    expect(await hv2.sh(`${ssh} -t ${to} 2>&1 </dev/null | grep -c root@ || true`)).toBe('0');
    // Who reaches this socket is root on the new host: QEMU's user does not.
    const [socket] = (await hv2.sh('ls /var/lib/piecewise-cloud/moves/*/libvirt')).split('\n');
    const seen = (user: string) => hv2.sh(`runuser -u ${user} -- test -S ${socket} && echo seen || true`);
    expect([await seen('root'), await seen('libvirt-qemu')]).toEqual(['seen', '']);
    // A port of the new host, and another socket: the connection is opened and closed at once.
    const through = (target: string) =>
      hv2.sh(
        `${ssh} -N -L 127.0.0.1:7777:${target} ${to} & sleep 3; timeout 5 socat -T 2 -u TCP:127.0.0.1:7777 - 2>/dev/null | head -c 3; kill $!; wait || true`,
      );
    expect(await through('127.0.0.1:22')).toBe('');
    expect(await through('/run/dbus/system_bus_socket')).toBe('');
    expect(
      await hv2.sh(`${ssh} -N -R 127.0.0.1:7778:127.0.0.1:22 -o ExitOnForwardFailure=yes ${to} || echo $?`),
    ).toBe('255');
    await hv2.sh(
      'virsh migrate-setspeed walker 500; virsh blockjob walker vda --bandwidth 0 || true; virsh blockjob walker vdb --bandwidth 0 || true',
    );
    const { exitCode, output } = await run;
    expect(exitCode, output).toBe(0);
    await expectMoved(hv2, hv1, [WALKER], ids, begun);
    // After the move the key opens nothing at all.
    expect(await hv1.sh('grep -c piecewise /root/.ssh/authorized_keys || true')).toBe('0');
  });

  it('move cold, where the task says so, and run again', async () => {
    await lab.declare({ hv1: vms([WALKER, COPY], { migrate: 'cold' }), hv2: vms([UEFI]) });
    const before = await identity(hv2, COPY.name);
    await passes('vms');
    expect(await identity(hv1, COPY.name)).toBe(before);
    expect(lostOf(disks.get(COPY.name) ?? [], await askDisks(lab.third, COPY))).toEqual([]);
    await counter.more(addressOf(COPY), 5, 300);
    expect(await stateOn(hv2, COPY.name)).toBe('');
    for (const host of [hv1, hv2]) expect(await leftovers(host)).toBe('');
    expect(await passes('vms')).toMatch(/hv1 +: ok=\d+ +changed=0 /);
  });

  it('do not move where they can not, with all reasons at once', async () => {
    const NEW: GuestOptions = { name: 'newer', number: 13, data: false };
    await lab.declare({ hv1: vms([WALKER, COPY]), hv2: vms([UEFI, NEW]) });
    await passes('vms', '--limit', 'hv2');
    const entry = vms([NEW], { migrate: 'live' }).vms[0] as Record<string, unknown>;
    await hv1.sh('mkdir /var/lib/libvirt/images/newer; touch /var/lib/libvirt/images/newer/kept');
    await lab.declare({ hv1: { vms: [...vms([WALKER, COPY]).vms, entry] }, hv2: vms([UEFI]) });
    for (const args of [['--check'], []]) {
      const { exitCode, output } = await play('vms', ...args);
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(/machine type 'pc-q35-10\.0'.*machine: pc-q35-7\.2/);
      expect(output).toMatch(/never overwritten/);
    }
    expect(await stateOn(hv2, 'newer')).toBe('running');
    expect(await hv1.sh('ls -A /var/lib/libvirt/images/newer')).toBe('kept');
    for (const host of [hv1, hv2]) expect(await leftovers(host)).toBe('');
  });
});
