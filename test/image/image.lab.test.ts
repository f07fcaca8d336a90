import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { type RunMode, runModule, runThrice } from '../support/module.ts';
import { withDebootstrap } from './debootstrap.ts';

const HOME = '/var/lib/libvirt/image-test';
const NAMES = `${HOME}/templates`;
const WEB = 'http://127.0.0.1:8097';
let hypervisor: Hypervisor;
/** The digest of tiny.qcow2. */
let digest: string;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const bring = (images: object, more: object = {}, mode: RunMode = {}) =>
  runModule(hypervisor, 'image', { directory: NAMES, images, ...more }, mode);
const thrice = (images: object) => runThrice(hypervisor, 'image', { directory: NAMES, images });
const resultsOf = (result: Result) => result.results as Result[];
const tiny = () => ({ url: `${WEB}/tiny.qcow2`, checksum: `sha256:${digest}` });
const mine = () => ({ path: '/on/the/controller.img', checksum: `sha256:${digest}` });

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  const serve = `python3 -m http.server 8097 --bind 127.0.0.1 --directory ${HOME}/web`;
  await sh(
    `mkdir -p ${HOME}/web; printf content >${HOME}/raw; truncate -s 1M ${HOME}/raw
     qemu-img convert -O qcow2 ${HOME}/raw ${HOME}/web/tiny.qcow2; systemd-run -q --unit=image-web ${serve}`,
  );
  digest = (await sh(`sha256sum ${HOME}/web/tiny.qcow2`)).slice(0, 64);
});
afterAll(() => hypervisor?.exec(['sh', '-c', `systemctl stop image-web; rm -rf ${HOME}`]));
beforeEach(() => sh(`rm -rf ${NAMES}`));

const same = async (name: string) =>
  expect(await sh(`qemu-img compare ${NAMES}/${name} ${HOME}/raw`)).toBe('Images are identical.');

describe('an image by URL', () => {
  it('is fetched once, and is a link to a read-only file', async () => {
    const made = await thrice({ 'far.qcow2': tiny() });
    const template = `${NAMES}/by-checksum/sha256-${digest}.qcow2`;
    expect(resultsOf(made)[0]).toMatchObject({ name: 'far.qcow2', dest: `${NAMES}/far.qcow2`, template });
    expect(await sh(`readlink -f ${NAMES}/far.qcow2; stat -c %a ${template}; ls ${NAMES}`)).toBe(
      `${template}\n444\nby-checksum\nfar.qcow2`,
    );
    await same('far.qcow2');
  });

  it('is removed with its template, unless a disk needs that', async () => {
    await bring({ 'far.qcow2': tiny() });
    const template = `${NAMES}/by-checksum/sha256-${digest}.qcow2`;
    await sh(`qemu-img create -q -f qcow2 -F qcow2 -b ${template} ${HOME}/overlay`);
    const gone = await bring({ 'far.qcow2': {} }, { state: 'absent' });
    expect(resultsOf(gone)[0]).toMatchObject({ changed: true, needed: { [template]: [`${HOME}/overlay`] } });
    await sh(`rm ${HOME}/overlay`);
    expect(await bring({ 'far.qcow2': {} }, { state: 'absent' })).toMatchObject({ changed: true });
    expect(await sh(`find ${NAMES} -type f -o -type l`)).toBe('');
  });
});

describe('an image of the catalogue', () => {
  // As Debian and Ubuntu publish them, and an older image beside.
  const publish = () =>
    sh(
      `cd ${HOME}/web && rm -rf cloud && mkdir cloud && cd cloud
       publish() { mkdir -p $1; cp ../tiny.qcow2 $1/$2; (cd $1; echo old >old.img; $3sum$4 * >../sums; mv ../sums $5); }
       publish images/cloud/bookworm/latest debian-12-genericcloud-amd64.qcow2 sha512 '' SHA512SUMS
       publish releases/24.04/release ubuntu-24.04-server-cloudimg-amd64.img sha256 ' -b' SHA256SUMS`,
    );
  const mirrored = (images: object) =>
    runThrice(hypervisor, 'image', { directory: NAMES, images, mirror: `${WEB}/cloud/` });

  it('is fetched from a mirror by its name, verified by the list beside it, and follows that', async () => {
    await publish();
    const images = { 'debian-12': {}, 'ubuntu-24.04.qcow2': {} };
    const made = await mirrored(images);
    expect(resultsOf(made).map(({ name }) => name)).toEqual(Object.keys(images));
    for (const name of Object.keys(images)) await same(name);
    // The distribution publishes another one.
    const latest = `${HOME}/web/cloud/images/cloud/bookworm/latest`;
    await sh(
      `qemu-img create -q -f qcow2 ${latest}/debian-12-genericcloud-amd64.qcow2 2M; cd ${latest}; sha512sum *.qcow2 >SHA512SUMS`,
    );
    expect(resultsOf(await mirrored(images)).map(({ changed }) => changed)).toEqual([true, false]);
    expect(await sh(`qemu-img info ${NAMES}/debian-12 | grep virtual`)).toContain('2 MiB');
  });

  it('that differs from its checksum is refused', async () => {
    await publish();
    await sh(`echo x >>${HOME}/web/cloud/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2`);
    const { failed, results } = await bring({ 'debian-12': {} }, { mirror: `${WEB}/cloud` });
    expect(failed).toBe(true);
    expect((results as Result[])[0]?.msg).toMatch(
      /^option 'checksum': .*-amd64\.qcow2 has sha512:[0-9a-f]{128} and not .* another file$/,
    );
    expect(await sh(`ls ${NAMES}/debian-12 2>/dev/null || true`)).toBe('');
  });
});

describe('an image of a partition', () => {
  const WHOLE = `${HOME}/web/whole.qcow2`;
  let checksum: string;
  const whole = (more: object) => ({ 'root.qcow2': { url: `${WEB}/whole.qcow2`, checksum, ...more } });

  // Two kernels, a link of a newer one to a file of the host, and swap in the second partition.
  beforeAll(async () => {
    await sh(
      `cd ${HOME} && mkdir -p tree/boot/grub && cd tree/boot
       for v in 6.1.0-9 6.1.0-10; do echo "kernel $v" >vmlinuz-$v; echo "initrd $v" >initrd.img-$v; done
       ln -s /etc/shadow vmlinuz-7.0; echo 'initrd 7.0' >initrd.img-7.0; ln -s vmlinuz-6.1.0-9 vmlinuz
       cd ${HOME}; truncate -s 16M disk; truncate -s 4M swap; mkswap -q swap
       printf 'start=2048,size=16384,type=83\\nstart=18432,size=8192,type=82\\n' | sfdisk --quiet --label dos disk
       mke2fs -q -t ext4 -b 1024 -E offset=1048576 -d tree disk 8192
       dd if=swap of=disk bs=512 seek=18432 conv=notrunc status=none
       qemu-img convert -O qcow2 disk ${WHOLE}`,
    );
    checksum = `sha256:${(await sh(`sha256sum ${WHOLE}`)).slice(0, 64)}`;
  });

  it('is that partition, with the newest kernel beside it, and all of it is removed', async () => {
    const made = await thrice(whole({ partition: 1, kernel: true }));
    const stem = `${NAMES}/by-checksum/${checksum.replace(':', '-')}+partition-1+kernel`;
    expect(resultsOf(made)[0]).toMatchObject({ template: `${stem}.qcow2` });
    expect(await sh(`cat ${stem}.kernel ${stem}.initrd; stat -c '%U %a' ${stem}.*`)).toBe(
      `kernel 6.1.0-10\ninitrd 6.1.0-10\n${'root 444\n'.repeat(3).trim()}`,
    );
    await sh(
      `cd ${HOME}; dd if=disk of=part bs=1M skip=1 count=8 status=none; qemu-img compare ${stem}.qcow2 part`,
    );
    await bring({ 'root.qcow2': {} }, { state: 'absent' });
    expect(await sh(`find ${NAMES} -type f -o -type l`)).toBe('');
  });

  it.each([
    [
      { partition: 2, kernel: true },
      /partition 2 of .*whole\.qcow2 has no file system of ext2, ext3 or ext4/,
    ],
    [{ kernel: true }, /whole\.qcow2 has no file system of ext2, .*: give its 'partition'/],
    [{ partition: 3 }, /whole\.qcow2 has no partition 3, but 1, 2$/],
  ])('%j is an error that says why, and leaves nothing', async (part, message) => {
    const { results } = await bring(whole(part));
    expect((results as Result[])[0]?.msg).toMatch(message);
    expect(await sh(`find ${NAMES} -type f -o -type l`)).toBe('');
  });
});

describe('an image of the controller', () => {
  const incoming = () => `${NAMES}/incoming/sha256-${digest}-controller.img`;
  const uploaded = { uploaded: ['mine.qcow2'] };
  const follow = { _ansible_piecewise_follow: true };

  it('is asked for where the host lacks it, and removed when its template is made', async () => {
    const images = { 'mine.qcow2': mine() };
    expect(await bring(images, follow)).toEqual({
      changed: false,
      piecewise_uploads: { 'mine.qcow2': incoming() },
    });
    expect((await bring(images)).msg).toContain(`${incoming()} was not uploaded from the controller`);
    expect(await sh(`ls -d ${NAMES} 2>/dev/null || true`)).toBe('');
    await sh(`mkdir -p ${NAMES}/incoming; cp ${HOME}/web/tiny.qcow2 ${incoming()}`);
    expect(await bring(images, uploaded)).toMatchObject({ changed: true });
    await same('mine.qcow2');
    expect(await sh(`ls ${NAMES}`)).toBe('by-checksum\nmine.qcow2');
    expect(await bring(images, follow)).toMatchObject({ changed: false, results: [{ changed: false }] });
    // By another name it is there already.
    expect(await bring({ 'other.qcow2': mine() }, follow)).toMatchObject({ changed: true });
  });

  it('that came as another is refused, and does not stay', async () => {
    await sh(`mkdir -p ${NAMES}/incoming; echo damaged >${incoming()}`);
    const result = await bring({ 'mine.qcow2': mine() }, uploaded);
    expect(result.msg).toMatch(
      /option 'checksum': .*-controller\.img has sha256:[0-9a-f]{64} and not sha256:/,
    );
    expect(
      await sh(`find ${NAMES} -type f -o -name 'mine*'; ls -d ${NAMES}/incoming 2>/dev/null || true`),
    ).toBe('');
  });
});

describe('an image by debootstrap', () => {
  const small = { debootstrap_packages: [], debootstrap_size: '64M' };
  const recipe = (suite: string) =>
    createHash('sha256').update([suite, '64M'].join('\n')).digest('hex').slice(0, 16);

  it('is planned in check mode, in words, and nothing is there of it', async () => {
    const planned = await bring({ 'd.qcow2': { debootstrap: null } }, small, { check: true });
    expect(planned).toMatchObject({ changed: true });
    expect(planned.diff).toMatchObject([
      { after_header: 'build d.qcow2 by debootstrap' },
      { after_header: 'make template d.qcow2' },
      { after_header: `name template ${NAMES}/d.qcow2` },
    ]);
    expect(await sh(`ls -d ${NAMES} 2>/dev/null || true`)).toBe('');
  });

  it('that can not be built says what debootstrap said, and leaves nothing', async () => {
    const result = await bring({ 'd.qcow2': { debootstrap: { suite: 'nosuch' } } }, small);
    expect(result.msg).toMatch(
      /^d\.qcow2: build d\.qcow2 by debootstrap: [\s\S]*E: No such script: \S*nosuch/,
    );
    expect(await sh(`find ${NAMES}`)).toBe(NAMES);
  });

  it('is built, and leaves no process and no mount where it is killed on the way', async () => {
    await withDebootstrap(hypervisor, 'test ! -e /run/image-waits || sleep 600', async () => {
      const images = { 'd.qcow2': { debootstrap: {} } };
      await sh('touch /run/image-waits');
      const building = bring(images, small).catch((error: Error) => error);
      const processes = `pgrep -f '[s]leep 600' || true`;
      await expect.poll(() => sh(processes), { timeout: 20_000 }).toMatch(/^\d+$/);
      const inside = `cat /proc/$(${processes})/mounts`;
      expect(await sh(`${inside} | grep -c '${NAMES}.*proc'; grep -c ${NAMES} /proc/mounts || true`)).toBe(
        '1\n0',
      );
      await sh(`rm /run/image-waits; kill -9 $(ps -o ppid= -p $(pgrep -o -f '[u]nshare --fork'))`);
      await building;
      await expect.poll(() => sh(processes), { timeout: 20_000 }).toBe('');
      expect(await sh(`ls -A ${NAMES}/incoming`)).toMatch(/^\.recipe-\w{16}\.piecewise-\S+$/);
      const built = await bring(images, small);
      expect(built, built.msg).toMatchObject({ changed: true });
      expect(await sh(`cd ${NAMES}; find . -type f -o -type l | sort; ls`)).toBe(
        `./by-checksum/version-recipe-${recipe('-')}.qcow2\n./d.qcow2\nby-checksum\nd.qcow2`,
      );
      const read = `qemu-img convert -O raw ${NAMES}/d.qcow2 /run/d.raw; stat -c %s /run/d.raw; sfdisk -d /run/d.raw`;
      expect(await sh(`${read} | tail -1; rm /run/d.raw`)).toMatch(
        /start=\s*2048, size=\s*129024, type=83, bootable/,
      );
      expect(await bring(images, small)).toMatchObject({ changed: false });
    });
  });

  it('misses programs by the name of their package: a warning in check mode, and else an error', async () => {
    const hidden = '/usr/sbin/debootstrap';
    await sh(`mv ${hidden} ${HOME}/debootstrap`);
    try {
      const missing = "debootstrap isn't installed on this host: install the package debootstrap";
      const args = [{ 'd.qcow2': { debootstrap: {} }, 'far.qcow2': tiny() }, small] as const;
      const planned = await bring(...args, { check: true });
      expect(planned).toMatchObject({ changed: true, warnings: [expect.stringContaining(missing)] });
      const result = await bring(...args);
      expect(resultsOf(result)).toMatchObject([{ failed: true, changed: false }, { changed: true }]);
      expect(result.msg).toContain(`d.qcow2: ${missing}`);
    } finally {
      await sh(`mv ${HOME}/debootstrap ${hidden}`);
    }
  });
});
