import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { devicesOf } from '../../../modules/lib/libvirt/devices.ts';
import { valueAt } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { applyIso, observeIso } from '../../../modules/objects/vm/iso.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { chunks, fakeHost } from '../../lib/disk/fake.ts';
import { virshOf } from '../../lib/disk/libvirt.ts';
import { problems, vmOf } from './given.ts';
import { plan, stateOf, xmlOf } from './state.ts';

const HOME = '/var/lib/libvirt/images/web1';
const DIGEST = 'ab'.repeat(32);
const installed = (iso: object, more: object = {}) => ({ archive_name: null, disk_size: '8G', iso, ...more });
const OLD = `install-${'cd'.repeat(8)}.iso`;
const PATH = installed({ path: '/srv/debian.iso' });
const URL = installed({ url: 'https://joe:hidden@h/debian.iso', checksum: `sha256:${DIGEST}` });

const planned = (given: Record<string, unknown>, exists: boolean, left: readonly string[] = []) => {
  const one = vmOf(given);
  return vm.plan(one, { ...stateOf(one), iso: { exists, left } });
};

describe('a VM that is installed from an ISO', () => {
  it('boots from its empty disk, and from the ISO as long as nothing is on that', () => {
    const { changes, missing, warnings } = planned(PATH, true);
    expect(changes[0]?.title).toBe(`make empty disk ${HOME}/disk.qcow2`);
    expect(missing).toEqual([]);
    const xml = xmlOf(plan(PATH));
    const drives = devicesOf(parseXml(xml), 'disk').map((disk) =>
      ['target/@dev', 'source/@file', 'boot/@order'].map((path) => valueAt(disk, path)),
    );
    expect(drives).toEqual([
      ['vda', `${HOME}/disk.qcow2`, '1'],
      ['sda', `${HOME}/cloud-init_ci.iso`, undefined],
      ['sdb', '/srv/debian.iso', '2'],
    ]);
    expect(xml).toMatch(/<graphics type="vnc".*listen="127\.0\.0\.1"/);
    expect(warnings).toEqual([
      expect.stringMatching(/^web1 boots its installer: 'virsh vncdisplay web1' on hv1 tells the display/),
    ]);
  });

  it('has no screen where its console is serial, and that of the domain where it has one', () => {
    const serial = installed({ path: '/srv/debian.iso', console: 'serial' });
    expect(xmlOf(plan(serial))).not.toContain('<graphics');
    expect(planned(serial, true).warnings?.join()).toContain("'virsh console web1' on hv1");
    const both = { ...PATH, domain: { graphics: [{ type: 'spice' }] } };
    expect(xmlOf(plan(both))).not.toContain('vnc');
  });

  it('has an empty drive when it is installed', () => {
    const xml = xmlOf(plan(installed({})));
    expect(xml).toMatch(/device="cdrom".*device="cdrom"/s);
    expect(xml).not.toContain('<graphics');
    const { warnings, changes, result } = planned(installed({}), true, [OLD]);
    expect(warnings).toEqual([]);
    // When the domain no longer has it.
    expect(changes.at(-1)).toMatchObject({ title: 'remove ISO of web1', before: `${OLD} in ${HOME}\n` });
    expect(result?.actions.at(-1)).toBe('remove ISO of web1');
  });

  it('is not fetched again when another run has done that meanwhile', async () => {
    const path = `${HOME}/install-${DIGEST.slice(0, 16)}.iso`;
    const fake = fakeHost();
    fake.put(path, 'the ISO');
    await applyIso(fake.host, { act: 'fetch' }, vmOf(URL));
    expect(fake.files()).toEqual([path]);
  });

  it('is fetched under another name, and has its own when it is right', async () => {
    const content = Buffer.from('the ISO');
    const digest = createHash('sha256').update(content).digest('hex');
    const seen: string[][] = [];
    const fake = fakeHost({
      download: async () => {
        seen.push(fake.files());
        return { start: 0, total: 7, content: chunks(content), close: () => void seen.push(fake.files()) };
      },
    });
    await applyIso(
      fake.host,
      { act: 'fetch' },
      vmOf(installed({ url: 'https://h/a', checksum: `sha256:${digest}` })),
    );
    const path = `${HOME}/install-${digest.slice(0, 16)}.iso`;
    expect(seen).toEqual([[], [`${path}.part`]]);
    expect(fake.files()).toEqual([path]);
  });

  it('misses an ISO that does not exist, or fetches it', () => {
    expect(planned(PATH, false).missing).toEqual(["option 'iso.path': /srv/debian.iso doesn't exist"]);
    const [fetch] = planned(URL, false).changes;
    expect(fetch).toMatchObject({
      title: `fetch ISO ${HOME}/install-${DIGEST.slice(0, 16)}.iso`,
      step: { part: 'iso' },
    });
    expect(JSON.stringify(fetch)).not.toContain('hidden');
    expect(fetch && vm.weight?.(fetch.step)).toBe(Number.POSITIVE_INFINITY);
  });

  it('looks for the ISO only where the VM needs it', async () => {
    const held = `install-${'ef'.repeat(8)}.iso`;
    const devices = `<disk type='file' device='cdrom'><source file='${HOME}/${held}'/></disk>`;
    const guests = { other: { devices, state: 'running' } };
    const { host, put } = fakeHost({ run: (_, args) => virshOf(guests, args) });
    put('/srv/debian.iso', 'x');
    // One that a running guest holds is not planned to be removed.
    put(`${HOME}/${held}`, 'x');
    const mine = `install-${DIGEST.slice(0, 16)}.iso`;
    for (const name of [OLD, `${mine}.part`, 'install-mine.iso']) put(`${HOME}/${name}`, 'x');
    expect(await observeIso(host, vmOf(PATH))).toEqual({ exists: true, left: [`${mine}.part`, OLD].sort() });
    expect(await observeIso(host, vmOf(URL))).toEqual({ exists: false, left: [OLD] });
    expect((await observeIso(host, vmOf(installed({}))))?.exists).toBeUndefined();
    expect(await observeIso(host, vmOf({ ...PATH, state: 'absent' }))).toBeUndefined();
  });

  it('stays while a guest has it in a drive, since that can be held', async () => {
    const held = `install-${'ef'.repeat(8)}.iso`;
    const devices = `<disk type='file' device='cdrom'><source file='${HOME}/${held}'/></disk>`;
    const { host, put, files } = fakeHost({ run: (_, args) => virshOf({ web1: { devices } }, args) });
    for (const name of [OLD, held]) put(`${HOME}/${name}`, 'x');
    const remove = (...names: string[]) => applyIso(host, { act: 'remove', names }, vmOf(installed({})));
    const warnings = [`${HOME}/${held} is kept, since the guest 'web1' still has it in a drive`];
    expect(await remove(OLD, held)).toEqual({ warnings, changed: true });
    expect(await remove(held)).toEqual({ warnings, changed: false });
    expect(files()).toEqual([`${HOME}/${held}`]);
  });

  it('is removed with what was downloaded', () => {
    const titles = (given: object) => {
      const one = vmOf({ ...PATH, state: 'absent', ...given });
      const directory = [`install-${DIGEST.slice(0, 16)}.iso`, 'install-mine.iso'];
      const { changes, warnings } = vm.plan(one, { ...stateOf(one), directory });
      return [changes.map(({ title }) => title), warnings];
    };
    expect(titles({})).toEqual([[], []]);
    expect(titles({ remove_storage: true })).toEqual([
      ['remove ISO of web1'],
      [`directory ${HOME} is kept, since it has other files: install-mine.iso`],
    ]);
  });

  it.each<[object, string]>([
    [{ ...PATH, disk_size: null }, "disk_size': is required with 'iso'"],
    [installed({ path: 'debian.iso' }), "iso.path': 'debian.iso' must be an absolute path"],
    [installed({ path: '/a', url: 'https://h/a' }), "iso.path': and 'url' exclude each other"],
    [installed({ url: 'https://h/a' }), "iso.checksum': is required with 'url'"],
    [
      installed({ url: 'https://h/a', checksum: 'sha256:https://h/SUMS' }),
      "iso.checksum': is required with 'url', as the digest",
    ],
    [
      installed({ url: 'ftp://h/a', checksum: `sha256:${DIGEST}` }),
      "iso.url': it is not an http or https URL",
    ],
    [installed({ checksum: `sha256:${DIGEST}` }), "iso.checksum': is that of 'url'"],
    [{ ...PATH, kernel: 'template' }, "kernel': is that of an image"],
    [{ ...PATH, domain: { boot: ['hd'] } }, "domain.boot': is decided by 'iso'"],
    [{ archive_name: null }, "archive_name': is required, unless 'state' is 'absent', or 'iso' is given"],
    [{ ...PATH, disks: [{ name: 'a' }] }, "disks[0].size': is required"],
    [
      { ...PATH, domain: { disks: [{ source: 'x' }] } },
      "domain.disks[0].source': 'x' must be an absolute path",
    ],
  ])('%j is an error', async (given, message) => {
    expect((await problems([given])).join('\n')).toContain(message);
  });
});
