import { describe, expect, it } from 'vitest';
import { rawDisk } from '../../../../modules/lib/disk/image/disk.ts';
import { growSafely } from '../../../../modules/lib/disk/usage/grow.ts';
import {
  changeSafely,
  checkRemovable,
  readSafely,
  useAsBacking,
} from '../../../../modules/lib/disk/usage/guards.ts';
import { guestDisks, guestFormatOf } from '../../../../modules/lib/disk/usage/guests.ts';
import { Failure } from '../../../../modules/lib/failure.ts';
import type { Ran } from '../../../../modules/lib/host/host.ts';
import { type Fake, fakeHost } from '../fake.ts';
import { qcow2Header } from '../headers.ts';
import { type Guest, virshOf } from '../libvirt.ts';

/** A host with guests; `virsh` is what it answers instead, and `locked` what other processes have open. */
function hostOf(
  guests: Readonly<Record<string, Guest>>,
  { virsh, locked = [] }: { virsh?: () => Partial<Ran>; locked?: readonly string[] } = {},
): Fake {
  const fake: Fake = fakeHost({
    run: (program, args) => {
      if (program === 'qemu-img') {
        const busy = locked.includes(args.at(-1) ?? '');
        return busy ? { code: 1, stderr: 'qemu-img: Failed to get shared "write" lock' } : {};
      }
      if (program === 'find')
        return {
          stdout: fake
            .files()
            .map((path) => `${path}\0`)
            .join(''),
        };
      return virsh ? virsh() : virshOf(guests, args);
    },
  });
  for (const { disks = [] } of Object.values(guests)) {
    for (const disk of disks) fake.put(typeof disk === 'string' ? disk : disk.path, qcow2Header());
  }
  fake.put('/images/seed.iso', 'x');
  return fake;
}

describe('the disks of guests', () => {
  it('are all but the CDs, with what their guest is at', async () => {
    const { host, link } = hostOf({
      web1: { disks: ['/images/a', '/images/with space/b'], state: 'running' },
      'db "1"': { disks: ['/images/c'], saved: true },
    });
    link('/images/a', '/images/link');
    const web = {
      guest: 'web1',
      live: true,
      state: 'running',
      saved: false,
      format: 'qcow2',
      attached: true,
    };
    const db = { ...web, live: false, guest: 'db "1"', state: 'shut off', saved: true };
    expect(await guestDisks(host)).toEqual([
      { ...web, path: '/images/a', source: '/images/a' },
      { ...web, path: '/images/with space/b', source: '/images/with space/b' },
      { ...db, path: '/images/c', source: '/images/c' },
    ]);
  });

  it('are asked for once, and in questions that are no longer than an argument may be', async () => {
    const guests = Array.from({ length: 900 }, (_, i) => [
      `guest-${'x'.repeat(100)}-${i}`,
      { disks: [`/images/${i}`] },
    ]);
    const { host, commands } = hostOf(Object.fromEntries(guests));
    const [one, two] = await Promise.all([guestDisks(host), guestDisks(host)]);
    expect(one).toHaveLength(900);
    expect(two).toBe(one);
    // Linux, MAX_ARG_STRLEN.
    for (const command of commands) expect(command.length).toBeLessThan(128 * 1024);
    expect(commands).toHaveLength(1 + 9);
  });

  it('are none without libvirt, and not known where libvirt has guests and does not answer', async () => {
    const ways: (() => Partial<Ran>)[] = [
      () => {
        throw new Failure("virsh isn't installed");
      },
      () => ({ code: 1, stdout: '', stderr: 'error: Failed to connect socket' }),
    ];
    for (const virsh of ways) {
      expect(await guestDisks(hostOf({}, { virsh }).host)).toEqual([]);
      const { host, put } = hostOf({}, { virsh });
      put('/etc/libvirt/qemu/web1.xml', '<domain/>');
      await expect(guestDisks(host)).rejects.toThrow(
        /^libvirt doesn't say which disks its guests use: .*(virsh isn't installed|Failed to connect socket)/,
      );
    }
  });
});

describe('what a disk is to its guest', () => {
  const word = async (devices: string, path: string, state?: string) => {
    const { host, put } = hostOf({ g: { devices, ...(state === undefined ? {} : { state }) } });
    put(path, qcow2Header());
    return guestFormatOf(host, path);
  };
  const disk = (inner: string, device = 'disk') => `<disk device='${device}'>${inner}</disk>`;

  const rows: [string, string, string, string | undefined][] = [
    ['by its driver', disk("<driver type='vmdk'/><source file='/d'/>"), '/d', 'vmdk'],
    ['as libvirt takes one without a driver', disk("<source file='/d'/>"), '/d', 'raw'],
    ['of a block device', disk("<driver type='raw'/><source dev='/dev/vg/d'/>"), '/dev/vg/d', 'raw'],
    ['of a volume', disk("<driver type='qcow2'/><source pool='p' volume='d'/>"), '/pool/d', 'qcow2'],
    ['of a floppy disk', disk("<driver type='raw'/><source file='/d'/>", 'floppy'), '/d', 'raw'],
    ['not of a CD', disk("<driver type='raw'/><source file='/d'/>", 'cdrom'), '/d', undefined],
    [
      'of what a disk is an overlay of',
      disk(
        "<driver type='qcow2'/><source file='/x'/><backingStore><format type='qcow2'/><source file='/y'/><backingStore><format type='raw'/><source file='/d'/></backingStore></backingStore>",
      ),
      '/d',
      'raw',
    ],
    [
      'of what a job copies to',
      disk("<source file='/x'/><mirror><format type='qcow2'/><source file='/d'/></mirror>"),
      '/d',
      'qcow2',
    ],
  ];
  it.each(rows)('is said %s', async (_, devices, path, format) => {
    expect(await word(devices, path, 'running')).toEqual(
      format === undefined ? undefined : { guest: 'g', format },
    );
  });

  it('must be one thing', async () => {
    const twice = ['raw', 'qcow2'].map((type) => disk(`<driver type='${type}'/><source file='/d'/>`));
    await expect(word(twice.join(''), '/d')).rejects.toThrow(
      "/d is raw to the guest 'g' and qcow2 to the guest 'g': give both the same type of driver",
    );
  });
});

describe('a disk grows', () => {
  const layout = { format: 'qcow2', preallocation: 'off', clusterSize: undefined };
  const ran = async (guests: Readonly<Record<string, Guest>>, more: object = {}) => {
    const fake = hostOf(guests);
    fake.put('/images/d', qcow2Header());
    fake.link('/images/d', '/images/link');
    await growSafely(fake.host, '/images/d', { ...layout, ...more }, 2048);
    return fake.commands.filter((command) => /blockresize|qemu-img/.test(command));
  };

  it('by qemu-img, if no guest runs with it', async () => {
    const byFile = ['qemu-img resize -q -f qcow2 --preallocation=off /images/d 2048'];
    expect(await ran({})).toEqual(byFile);
    expect(await ran({ g: { disks: ['/images/d'] } })).toEqual(byFile);
  });

  it('by the QEMU of its guest, by the path that this one has', async () => {
    const byGuest =
      'virsh --quiet --connect qemu:///system blockresize --domain g --path /images/link --size 2048B';
    expect(await ran({ g: { disks: ['/images/link'], state: 'running' }, off: {} })).toEqual([byGuest]);
    expect(await ran({ g: { disks: ['/images/link'], state: 'paused' } })).toEqual([byGuest]);
  });

  it.each<[string, Record<string, Guest>, object]>([
    ['of a saved guest', { g: { disks: ['/images/d'], saved: true } }, {}],
    [
      'of two',
      { g: { disks: ['/images/d'], state: 'running' }, h: { disks: ['/images/d'], saved: true } },
      {},
    ],
    [
      'with its space, of a running one',
      { g: { disks: ['/images/d'], state: 'running' } },
      { preallocation: 'full' },
    ],
  ])('not where it is that %s', async (_, guests, more) => {
    await expect(ran(guests, more)).rejects.toThrow("/images/d is in use by the guest 'g'");
  });

  it('not where a running guest gets it at its next start only', async () => {
    const guest = { disks: ['/images/d'], running: [], state: 'running' };
    await expect(ran({ g: guest })).rejects.toThrow(
      "the guest 'g' gets /images/d at its next start: restart it before the disk is grown",
    );
  });

  it('not under its overlays', async () => {
    const fake = hostOf({ g: { disks: ['/images/d'], state: 'running' } });
    fake.put('/images/over', qcow2Header({ backing: 'd' }));
    await expect(growSafely(fake.host, '/images/d', layout, 2048)).rejects.toThrow(
      "/images/d can't be changed: /images/over is an overlay of it",
    );
  });
});

describe('a disk that others need', () => {
  const rows: [
    string,
    Guest,
    { reads: string | undefined; changes: string | undefined; relies: string; takes: string },
  ][] = [
    [
      'a guest that runs',
      { disks: ['/images/d'], state: 'running' },
      {
        reads: "the guest 'g' (running)",
        changes: "the guest 'g' (running)",
        relies: 'template',
        takes: 'running',
      },
    ],
    [
      'a guest that is saved',
      { disks: ['/images/d'], saved: true },
      { reads: 'saved with its memory', changes: 'saved', relies: 'template', takes: 'saved' },
    ],
    [
      'a guest that is off',
      { disks: ['/images/d'] },
      { reads: undefined, changes: undefined, relies: 'shut off', takes: "the guest 'g' (shut off)" },
    ],
  ];
  it.each(rows)('%s', async (_, guest, { reads, changes, relies, takes }) => {
    const disk = rawDisk('/images/d', 1);
    let acts = 0;
    const act = async () => acts++;
    const told = async (way: Promise<unknown>, why: string | undefined) => {
      if (why === undefined) return expect(await way).toBeUndefined();
      return expect(way).rejects.toThrow(why);
    };
    const { host } = hostOf({ g: guest });
    await told(readSafely(host, disk, act), reads);
    await told(changeSafely(host, disk.path, act), changes);
    await told(useAsBacking(host, disk, act), relies);
    await told(checkRemovable(host, disk.path), takes);
    expect(acts).toBe([reads, changes].filter((why) => why === undefined).length);
  });

  it('another process, by its lock', async () => {
    const { host } = hostOf({}, { locked: ['/images/d'] });
    await expect(readSafely(host, rawDisk('/images/d', 1), async () => undefined)).rejects.toThrow(
      '/images/d is locked by another process that uses it: stop it first',
    );
  });

  it('its overlays', async () => {
    const { host, put } = hostOf({});
    put('/srv/base', qcow2Header());
    put('/srv/over', qcow2Header({ backing: 'base' }));
    const act = async () => undefined;
    await expect(changeSafely(host, '/srv/base', act)).rejects.toThrow(
      "/srv/base can't be changed: /srv/over is an overlay of it",
    );
    await expect(checkRemovable(host, '/srv/base')).rejects.toThrow(
      "/srv/base can't be removed: /srv/over is an overlay of it",
    );
  });

  it('is looked for once for many disks, and again when one was made', async () => {
    const { host, put, commands } = hostOf({});
    const walks = () => commands.filter((command) => command.startsWith('find')).length;
    const grow = (path: string) => changeSafely(host, path, async () => undefined);
    for (const name of ['a', 'b', 'c']) put(`/var/lib/libvirt/images/${name}/disk`, qcow2Header());
    await grow('/var/lib/libvirt/images/a/disk');
    await grow('/var/lib/libvirt/images/b/disk');
    expect(walks()).toBe(1);
    await useAsBacking(host, rawDisk('/var/lib/libvirt/images/b/disk', 1), async () =>
      put('/var/lib/libvirt/images/c/disk', qcow2Header({ backing: '../b/disk' })),
    );
    await expect(grow('/var/lib/libvirt/images/b/disk')).rejects.toThrow(
      '/var/lib/libvirt/images/c/disk is an overlay of it',
    );
    put('/var/lib/libvirt/images/d/disk', qcow2Header({ backing: '../c/disk' }));
    await expect(checkRemovable(host, '/var/lib/libvirt/images/c/disk')).rejects.toThrow(
      'is an overlay of it',
    );
  });
});
