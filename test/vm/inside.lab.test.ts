import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { daily } from '../support/daily.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { type Guest, prepareGuests, removeGuests } from './guests.ts';

// A guest that boots, fully emulated, needs some minutes.
vi.setConfig({ testTimeout: 900_000 });

const MIB = 1024 ** 2;

// What reaches the inside of real guests while they run, of Debian 12 and 13, each on its day, and how they are waited for. The
// tests build on each other; the QEMU processes stay the same until they are restarted on purpose.
let hypervisor: Hypervisor;
let guests: readonly Guest[];
let one: Guest;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const each = <T>(test: (guest: Guest) => Promise<T>): Promise<T[]> => Promise.all(guests.map(test));

/** What is known of each guest from when it was made. */
interface Made {
  readonly predicted: Result;
  readonly result: Result;
  readonly status: string;
  readonly pid: string;
  readonly identity: string;
}

let made: Map<Guest, Made>;
const madeOf = (guest: Guest) => made.get(guest) as Made;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  guests = await prepareGuests(hypervisor, daily([12, 13], 2));
  one = guests[0] as Guest;
  const all = await each(async (guest): Promise<[Guest, Made]> => {
    const predicted = await runModule(hypervisor, 'vm', guest.with({}, { wait: {} }), { check: true });
    const result = await runModule(hypervisor, 'vm', guest.with({}, { wait: { timeout: 600 } }), {
      timeout: 700,
    });
    const status = await guest.inside('cloud-init status');
    // cloud-init listens for new interfaces from its last stage on.
    await guest.inside('systemctl is-active cloud-init-hotplugd.socket');
    return [guest, { predicted, result, status, pid: await guest.qemu(), identity: await guest.identity() }];
  });
  made = new Map(all);
});
afterAll(() => removeGuests(hypervisor));

describe('a task that waits', () => {
  const waiting = (wait: object = {}) => one.with({}, { wait });

  it('ends when cloud-init is done', () =>
    each(async (guest) => {
      const { predicted, result, status } = madeOf(guest);
      expect(status).toBe('status: done');
      const { waited, ...rest } = result;
      expect(rest).toEqual(predicted);
      expect(waited).toEqual({
        ...{ for: 'cloud_init', ready: true, seconds: expect.any(Number) },
        addresses: [guest.first],
      });
      expectUnchanged(await runModule(hypervisor, 'vm', guest.with({}, { wait: {} })));
    }));

  it('waits for its addresses, or a port', async () => {
    // Not by what was on the console at the boot.
    await sh(`truncate -s 0 /var/log/libvirt/qemu/${one.name}.console`);
    for (const wait of [{ for: 'address' }, { for: 'port' }]) {
      const { waited, ...rest } = await runModule(hypervisor, 'vm', waiting({ ...wait, timeout: 30 }));
      expectUnchanged(rest as Result);
      expect(waited).toMatchObject({ ...wait, addresses: [one.first] });
    }
  });

  it('fails with the last lines of the console of a guest that does not boot, and hides no other guest', async () => {
    const images = '/var/lib/libvirt/inside/images';
    await sh(`mkdir -p ${images} && qemu-img create -q -f qcow2 ${images}/empty.qcow2 16M`);
    const empty = {
      ...one.plain({ name: 'empty1', archive_name: 'empty.qcow2', image_directory: images }),
      memory: '64 MiB',
      // What SeaBIOS says is on the serial port too.
      domain: { extra_xml: "<domain><os><bios useserial='yes'/></os></domain>" },
      wait: { timeout: 10 },
    };
    const silent = waiting({ for: 'agent', timeout: 1, on_failure: 'warn' });
    const { results, warnings, ...rest } = await runModule(hypervisor, 'vm', { vms: [silent, empty] });
    expect(rest).toMatchObject({ failed: true, changed: true });
    expect(results).toMatchObject([
      { item: one.name, changed: false, waited: { for: 'agent' } },
      { item: 'empty1', changed: true, failed: true, state: 'running' },
    ]);
    const [{ failed }, { msg }] = results as [Result, Result];
    expect(failed).toBeUndefined();
    expect(msg).toMatch(
      /^option 'vms\[1\]\.wait': empty1 is not ready after 10 s: no guest agent has connected .*\nThe last lines of its console:\n(\| .*\n)*\| .*No bootable device/,
    );
    expect(warnings).toEqual([
      expect.stringContaining(`${one.name} is not ready after 1 s: no guest agent has connected`),
    ]);
    const log = '/var/log/libvirt/qemu/empty1.console';
    expect(await sh(`stat -c '%U %a' ${log}`)).toBe('root 600');
    await runModule(
      hypervisor,
      'vm',
      // It has nothing that could shut it down.
      one.plain({ name: 'empty1', state: 'absent', remove_storage: true, shutdown_timeout: 1 }),
    );
    expect(await sh(`ls ${log} 2>/dev/null; virsh list --all --name | grep empty1; true`)).toBe('');
  });

  it('is told by the guest agent, where there is one', async () => {
    await sh(`mkdir -p /var/tmp/agent && cd /var/tmp/agent && apt-get download qemu-guest-agent libglib2.0-0 libnuma1 liburing2
      for i in *.deb; do dpkg-deb -x $i root; done; tar czf agent.tar.gz -C root .
      systemd-run --quiet --unit=serve-agent python3 -m http.server -d /var/tmp/agent -b 10.77.0.1 8077`);
    // Run, not installed: dpkg takes minutes in an emulated guest.
    await one.inside(`cd /tmp && mkdir agent && python3 -c "import urllib.request as u; u.urlretrieve('http://10.77.0.1:8077/agent.tar.gz', 'a.tar.gz')" && tar xzf a.tar.gz -C agent &&
      sudo systemd-run --quiet -E LD_LIBRARY_PATH=/tmp/agent/usr/lib/x86_64-linux-gnu:/tmp/agent/lib/x86_64-linux-gnu /tmp/agent/usr/sbin/qemu-ga`);
    await sh('systemctl stop serve-agent; rm -r /var/tmp/agent');
    expect(await runModule(hypervisor, 'vm', waiting({ for: 'agent' }))).toMatchObject({ changed: false });
    // The console no longer tells it.
    const done = await runModule(hypervisor, 'vm', waiting());
    expect(done).toMatchObject({ changed: false, waited: { for: 'cloud_init' } });
    expect(done).not.toHaveProperty('warnings');
  });
});

it('a new interface is named, addressed and up by itself', () =>
  each(async (guest) => {
    const done = await runThrice(hypervisor, 'vm', guest.with({ eth1: 2 }));
    expect(done).toMatchObject({
      restart_required: false,
      seed: { applied: true, applied_why: 'the guest applies the configuration of eth1 when it is attached' },
    });
    await guest.answers(2, 300);
    expect(await guest.inside('ip -4 -o address show dev eth1')).toContain(guest.address(2));
  }));

it('a changed address is there at once where its interface may be attached again', () =>
  each(async (guest) => {
    // A run without it announces the restart that it needs, and so does the next one, until it is applied.
    const announced = {
      restart_required: true,
      restart_reasons: ['the guest applies the new configuration of eth1 when it boots'],
    };
    expect(await runThrice(hypervisor, 'vm', guest.with({ eth1: 3 }))).toMatchObject(announced);
    expect(await runModule(hypervisor, 'vm', guest.with({ eth1: 3 }))).toMatchObject(announced);
    const done = await runThrice(hypervisor, 'vm', guest.with({ eth1: 3 }, { reattach: true }));
    expect(done).toMatchObject({ restart_required: false });
    await guest.answers(3, 300);
    expect(await runModule(hypervisor, 'vm', guest.with({ eth1: 3 }))).toMatchObject({
      changed: false,
      restart_required: false,
    });
  }));

it('an interface with another name than the kernel gives is attached twice', () =>
  each(async (guest) => {
    await runThrice(hypervisor, 'vm', guest.with({ eth1: 3, lan7: 7 }));
    await guest.answers(7, 480);
    expect(await guest.inside('ip -4 -o address show dev lan7')).toContain(guest.address(7));
    expect(await guest.qemu()).toBe(madeOf(guest).pid);
  }));

it('a data disk is seen inside, grows there, and is kept when it is taken out', () =>
  each(async (guest) => {
    const given = (...disks: object[]) => guest.with({ eth1: 3, lan7: 7 }, { disks });
    const data = (size: string) => ({ size });
    const log = { name: 'log', size: '64M', bus: 'scsi', format: 'raw' };
    const mine = '/dev/disk/by-id/virtio-data';
    const other = '/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_log';
    const sizeOf = (device: string) => guest.inside(`udevadm settle; sudo blockdev --getsize64 ${device}`);
    expect(await runThrice(hypervisor, 'vm', given(data('64M'), log))).toMatchObject({
      restart_required: false,
      disks: [
        { name: 'data', path: guest.file('data.qcow2'), target: 'vdb', size: 64 * MIB },
        { name: 'log', path: guest.file('log.raw'), target: 'sdb', size: 64 * MIB },
      ],
    });
    expect(await sizeOf(mine)).toBe(String(64 * MIB));
    expect(await sizeOf(other)).toBe(String(64 * MIB));
    await guest.inside(`echo kept | sudo dd of=${mine} conv=fsync status=none`);
    await runThrice(hypervisor, 'vm', given(data('128M'), { ...log, size: '96M' }));
    expect(await sizeOf(mine)).toBe(String(128 * MIB));
    expect(await sizeOf(other)).toBe(String(96 * MIB));
    const smaller = await runModule(hypervisor, 'vm', given(data('64M'), { ...log, size: '96M' }));
    expect(smaller.msg).toMatch(/^option 'disks\[0\]\.size': 64M is less than the 128M of/);
    const taken = await runModule(hypervisor, 'vm', given());
    expect(taken).toMatchObject({ changed: true, restart_required: false, disks: [] });
    expect(taken.warnings).toEqual([
      expect.stringMatching(/^disk vdb of inside.* is taken out, and .*data\.qcow2 is kept$/),
      expect.stringMatching(/^disk sdb of inside.* is taken out, and .*log\.raw is kept$/),
    ]);
    expect(await guest.inside('udevadm settle; ls /dev/disk/by-id')).not.toMatch(/virtio-data|_log/);
    await runThrice(hypervisor, 'vm', given(data('128M')));
    expect(await guest.inside(`udevadm settle; sudo head -c 4 ${mine}`)).toBe('kept');
    await runModule(hypervisor, 'vm', given());
    expect(await guest.qemu()).toBe(madeOf(guest).pid);
  }));

it('a changed address is there after a reboot from within', () =>
  each(async (guest) => {
    const given = guest.with({ eth1: 4, lan7: 7 });
    expect(await runThrice(hypervisor, 'vm', given)).toMatchObject({ restart_required: true });
    await guest.inside('sudo systemd-run --quiet --on-active=1 systemctl reboot');
    await guest.answers(4, 480);
    expect(await guest.qemu()).toBe(madeOf(guest).pid);
    // The run knows that the guest has booted since.
    expect(await runModule(hypervisor, 'vm', { ...given, restart: 'if_needed' })).toMatchObject({
      changed: false,
      restart_required: false,
    });
  }));

it('is there after the restart that the task makes', () =>
  each(async (guest) => {
    await runModule(hypervisor, 'vm', guest.with({ eth1: 5, lan7: 7 }, { restart: 'if_needed' }));
    await guest.answers(5, 480);
    expect(await guest.qemu()).not.toBe(madeOf(guest).pid);
    expect(await guest.identity()).toBe(madeOf(guest).identity);
    expect(await runModule(hypervisor, 'vm', guest.with({ eth1: 5, lan7: 7 }))).toMatchObject({
      changed: false,
      restart_required: false,
    });
  }));
