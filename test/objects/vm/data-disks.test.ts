import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devicesOf } from '../../../modules/lib/libvirt/devices.ts';
import type { Domain } from '../../../modules/lib/libvirt/read.ts';
import { valueAt } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { observeDataDisks, type SeenDisk } from '../../../modules/objects/vm/attached-disks.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { fakeHost } from '../../lib/disk/fake.ts';
import { virshOf } from '../../lib/disk/libvirt.ts';
import { problems, vmOf } from './given.ts';
import { NO_DISK, plan, stateOf, xmlOf } from './state.ts';

const HOME = '/var/lib/libvirt/images/web1';
const disks = (...entries: object[]) => ({ disks: entries.map((one) => ({ size: '1G', ...one })) });
const source = (path: string, more: object = {}) => ({ source: path, size: null, format: 'raw', ...more });

/** The file of each device name of a definition. */
const byTarget = (xml: string) =>
  Object.fromEntries(
    devicesOf(parseXml(xml), 'disk').map((disk) => [
      valueAt(disk, 'target/@dev') ?? '',
      valueAt(disk, 'source/@file') ?? valueAt(disk, 'source/@dev'),
    ]),
  );

const titles = ({ changes }: ReturnType<typeof plan>) => changes.map(({ title }) => title);

describe('data disks', () => {
  it('are made empty, in the directory of the VM, before the domain', () => {
    const planned = plan(disks({ name: 'log', size: '2G', format: 'raw' }, { bus: 'scsi', cache: 'none' }));
    expect(titles(planned).slice(0, 3)).toEqual([
      `make disk ${HOME}/disk.qcow2`,
      `make empty disk ${HOME}/log.raw`,
      `make empty disk ${HOME}/data.qcow2`,
    ]);
    const xml = xmlOf(planned);
    expect(byTarget(xml)).toMatchObject({ vdb: `${HOME}/log.raw`, sdb: `${HOME}/data.qcow2` });
    expect(xml).toMatch(/type="raw".*log\.raw.*<serial>log</s);
    expect(xml).toMatch(/type="qcow2" cache="none"/);
    expect(planned.result?.disks).toEqual([
      { name: 'log', path: `${HOME}/log.raw`, target: 'vdb', size: 2 * 1024 ** 3 },
      { name: 'data', path: `${HOME}/data.qcow2`, target: 'sdb', size: 1024 ** 3 },
    ]);
  });

  it('of a source are used as they are, by the name of the file', () => {
    const planned = plan(
      disks(source('/dev/vg0/web1'), source('/srv/disks/old data.img', { format: 'raw' }), source('/srv/b/')),
    );
    expect(titles(planned).filter((title) => title.includes('disk'))).toEqual([
      `make disk ${HOME}/disk.qcow2`,
    ]);
    expect(planned.result?.disks?.map(({ name }) => name)).toEqual(['web1', 'old-data', 'b']);
    expect(xmlOf(planned)).toMatch(/type="block".*dev="\/dev\/vg0\/web1"/s);
  });

  it('do not need the archive of the first disk on the host', () => {
    const given = { archive_name: 'old', archives: ['old'], ...disks({}) };
    const one = vmOf(given);
    const exists = { ...NO_DISK, disk: { guestFormat: undefined, disk: undefined } };
    const { uploads } = vm.plan(one, { ...stateOf(one), disks: [exists, NO_DISK] });
    expect(uploads).toEqual({});
  });

  it('keep their device names when an entry is taken out of the middle, which is then reported', () => {
    const names = (...all: string[]) => disks(...all.map((name) => ({ name })));
    const before = xmlOf(plan(names('a', 'b', 'c')));
    const planned = plan(names('a', 'c', 'd'), before);
    expect(byTarget(xmlOf(planned))).toEqual({
      ...{ vda: `${HOME}/disk.qcow2`, sda: `${HOME}/cloud-init_ci.iso` },
      ...{ vdb: `${HOME}/a.qcow2`, vdd: `${HOME}/c.qcow2`, vde: `${HOME}/d.qcow2` },
    });
    expect(planned.warnings).toContain(`disk vdc of web1 is taken out, and ${HOME}/b.qcow2 is kept`);
    expect(plan(names('a', 'c', 'd'), xmlOf(planned)).warnings).toEqual([]);
  });

  it('are removed with the VM only with remove_storage, and those of a source never', () => {
    const files = (given: object) => {
      const one = vmOf({ state: 'absent', ...disks({ name: 'a' }, source('/srv/b')), ...given });
      const exists = { ...NO_DISK, disk: { guestFormat: undefined, disk: undefined } };
      const { changes } = vm.plan(one, { ...stateOf(one), disks: [exists, exists] });
      return changes.map(({ title }) => title);
    };
    expect(files({})).toEqual([]);
    expect(files({ remove_storage: true })).toEqual([
      `remove disk ${HOME}/disk.qcow2`,
      `remove disk ${HOME}/a.qcow2`,
    ]);
  });

  // Whatever is added, taken out and put elsewhere in the list.
  it('never become other disks', () => {
    const entry = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bus: fc.constantFrom('virtio', 'scsi', 'sata'),
    });
    const list = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(list, { minLength: 2, maxLength: 4 }), (lists) => {
        let xml = xmlOf(plan());
        for (const one of lists) {
          const before = byTarget(xml);
          const after = byTarget(xmlOf(plan(disks(...one), xml)) || xml);
          for (const [target, file] of Object.entries(after)) {
            expect(before[target] ?? file, `${target} of ${JSON.stringify(lists)}`).toBe(file);
          }
          expect(Object.values(after).length).toBe(2 + one.length);
          xml = xmlOf(plan(disks(...one), xml)) || xml;
          expect(xmlOf(plan(disks(...one), xml))).toBe('');
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('an entry of disks', () => {
  it.each<[string, object, string]>([
    [
      'without a size',
      { disks: [{ name: 'a' }] },
      "disks[0].size': is required, since the disk is made empty",
    ],
    ['with an invalid size', disks({ size: '100' }), "disks[0].size': 100 is not a valid size"],
    ['of size 0', disks({ size: '0' }), "disks[0].size': an empty disk must be larger"],
    [
      'with a size and a source',
      disks({ source: '/srv/a', format: 'raw' }),
      "disks[0].size': is for a disk that the task makes",
    ],
    ['with a relative source', disks(source('srv/a')), "disks[0].source': 'srv/a' must be an absolute path"],
    ['with a name that is cut off in the guest', disks({ name: 'a'.repeat(21) }), 'at most 20 letters'],
    [
      'with a file whose format is not given',
      disks({ source: '/srv/a', size: null }),
      "disks[0].format': is required with 'source', where that is a file: qcow2 or raw",
    ],
    ['with an unknown key', disks({ target: 'vdb' }), "disks[0].target': is unknown"],
    ['on ide', disks({ bus: 'ide' }), "disks[0].bus': "],
    [
      'without a name, twice',
      disks({}, {}),
      "disks[1].name': 'data', the default, is the name of disks[0] too",
    ],
    [
      'with the name of another',
      disks({ name: 'old' }, source('/srv/old.qcow2')),
      "disks[1].name': 'old', the default, is the name of disks[0] too",
    ],
    ['with the file of the first disk', disks({ name: 'disk' }), "disks[0].name': the file"],
    [
      'with a file of the domain',
      { ...disks(source('/srv/x/../a', { name: 'x' })), domain: { disks: [{ source: '/srv/a' }] } },
      "disks[0].source': the file /srv/a is used by vms[0].domain.disks[0].source too",
    ],
    [
      'with a device name of the domain',
      { domain: { disks: [{ source: '/srv/a', target: 'vda' }] }, ...disks({}) },
      "domain.disks[0].target': 'vda' is taken",
    ],
  ])('%s is an error', async (_, given, message) => {
    expect((await problems([given])).join('\n')).toContain(message);
  });

  it('with the disk of another VM is an error of both', async () => {
    const one = { name: 'a', ...disks(source('/srv/x')) };
    const two = { name: 'b', ...disks({ name: 'y' }, source('/srv/x')) };
    const said = await problems([one, two]);
    expect(said).toEqual([
      expect.stringContaining(
        "'vms[0].disks[0].source': the file /srv/x is used by vms[1].disks[1].source too",
      ),
      expect.stringContaining(
        "'vms[1].disks[1].source': the file /srv/x is used by vms[0].disks[0].source too",
      ),
    ]);
    expect(
      await problems([
        { name: 'a', ...disks({}) },
        { name: 'b', ...disks({}) },
      ]),
    ).toEqual([]);
  });
});

describe('what exists of a data disk', () => {
  const fake = () => {
    const guests = { other: { disks: ['/srv/taken'] }, mine: { disks: ['/srv/moves'] } };
    const made = fakeHost({ run: (_, args) => virshOf(guests, args) });
    for (const path of ['/srv/taken', '/srv/moves', '/srv/free', `${HOME}/log.raw`]) made.put(path, 'x');
    return made;
  };
  const seen = (given: object, definition?: Domain['definition']) =>
    observeDataDisks(fake().host, vmOf(given as Record<string, unknown>), definition, new Set(['mine']));
  const told = (given: object, dataDisks: SeenDisk[]) => {
    const one = vmOf(given as Record<string, unknown>);
    return vm.plan(one, { ...stateOf(one), dataDisks });
  };

  it('is another guest that has it, unless the task removes that, or the domain has it already', async () => {
    const given = disks(source('/srv/taken'), source('/srv/moves'), source('/srv/free'), source('/srv/none'));
    const found = await seen(given);
    expect(found.map(({ exists, user }) => [exists, user])).toEqual([
      [true, 'other'],
      [true, undefined],
      [true, undefined],
      [false, undefined],
    ]);
    expect(() => told(given, found)).toThrow(
      "option 'disks[0].source': /srv/taken is a disk of the guest 'other': remove it there, or use another one",
    );
    const mine = parseXml("<domain><devices><disk><source file='/srv/taken'/></disk></devices></domain>");
    expect((await seen(given, mine))[0]?.user).toBeUndefined();
    const free = found.map((one) => ({ ...one, user: undefined }));
    expect(told(given, free).missing).toEqual(["/srv/none doesn't exist: it is the source of disks[3]"]);
  });

  it('is its file in the other format, which is not taken for it', async () => {
    const given = disks({ name: 'log' });
    expect(() => told(given, [{ exists: false, isOtherFormat: true, user: undefined }])).toThrow(
      `option 'disks[0].format': ${HOME}/log.raw exists, and a disk is not converted`,
    );
    expect(await seen(given)).toEqual([{ exists: false, isOtherFormat: true, user: undefined }]);
    expect(await seen(disks({ name: 'log', format: 'raw' }))).toMatchObject([{ isOtherFormat: false }]);
  });
});
