import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText, runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/hostile-test';
const IN = `${HOME}/in`;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['bash', '-c', script])).stdout;
const disk = (args: object) =>
  runModule(hypervisor, 'disk_image', { dest: `${HOME}/out/disk`, format: 'raw', ...args });
const out = () => sh(`ls -A ${HOME}/out`);

// A file of the host, which no image may have be read; and images that name it in each way that QEMU knows. What is to
// be read of it must be whole sectors.
const PREPARE = `
mkdir -p ${IN} ${HOME}/out; cd ${IN}
yes secret | head -c 1M >/srv/hostile-secret
head -c 1M /dev/urandom >raw
qemu-img create -q -f qcow2 -F raw -b /srv/hostile-secret backing
python3 - <<'EOF2'
import struct
image = bytearray(open('backing', 'rb').read())
at, length = struct.unpack('>QI', image[8:20])
name = bytes(image[at:at + length])
image[at:at + length] = bytes(length)
image[60000:60000 + length] = name
image[8:20] = struct.pack('>QI', 60000, length)
open('backing-far', 'wb').write(image)
text = b'''# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="monolithicFlat"
RW 2048 FLAT "/srv/hostile-secret" 0
'''
open('text', 'wb').write(text)
head = struct.pack('<4sIIQQQQIQQQB4sH', b'KDMV', 1, 3, 0, 128, 1, 20, 512, 0, 0, 128, 0, b'\\n \\r\\n', 0)
open('sparse', 'wb').write(head.ljust(512, b'\\0') + text.ljust(10240, b'\\0') + bytes(65536))
EOF2
qemu-img create -q -f vmdk base.vmdk 1M && qemu-img create -q -f vmdk -F vmdk -b ${IN}/base.vmdk parent
qemu-img create -q -f qcow2 -o data_file=${IN}/external.raw external 1M
for name in backing backing-far text sparse parent external; do gzip -k $name; done
`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(PREPARE);
});
afterAll(() => sh(`rm -rf ${HOME} /srv/hostile-secret`));

describe('an image that has other files of the host be read', () => {
  // That QEMU does read them, so that there is something to refuse.
  it.each(['backing', 'backing-far', 'text', 'sparse'])('is one: %s', async (name) => {
    const format = name.startsWith('backing') ? 'qcow2' : 'vmdk';
    await sh(`cd ${IN} && qemu-img convert -f ${format} -O raw ${name} ../leaked`);
    expect(await sh(`head -c 7 ${HOME}/leaked; rm ${HOME}/leaked`)).toBe('secret');
  });

  const names = ['backing', 'backing-far', 'text', 'sparse', 'parent', 'external'];
  it.each(names)('is not unpacked to a disk, nor kept as a template: %s', async (name) => {
    const source = `${IN}/${name}.gz`;
    const message = `${source}: its disk refers to other files: convert it to one file`;
    expect((await disk({ source })).msg).toBe(message);
    const checksum = `sha256:${(await sh(`sha256sum <${source}`)).split(' ')[0]}`;
    const kept = { source, checksum, backing: 'overlay', format: 'qcow2', templates: `${HOME}/templates` };
    expect((await disk(kept)).msg).toBe(message);
    expect(await out()).toBe('');
    expect(await sh(`ls -A ${HOME}/templates/by-checksum`)).toBe('');
  });
});

describe('an archive', () => {
  const archives: [string, string][] = [
    ['of absolute names', 'tar -cPf x /var/lib/libvirt/hostile-test/in/raw 2>/dev/null'],
    [
      'with links, pipes and devices beside the disk',
      'ln -sf /etc/shadow l; mkfifo p; mknod n c 1 3; ln -f raw h; tar -cf x l p n raw',
    ],
    ['with a name of all that a shell takes', `cp -- raw '-rf "$(id)" $IFS\n*'; tar -cf x ./-rf*`],
    [
      'in an archive, of the same name',
      'tar -cf raw.tar raw; mkdir -p n; mv raw.tar n/raw; tar -C n -cf x raw',
    ],
    ['in an archive, packed', 'tar -czf t.tgz raw; tar -cf - t.tgz | xz -0 >x'],
    ['by zip, in a tar', 'bsdtar --format zip -cf z.zip raw; tar -cf x z.zip'],
    ['by zip, packed once more', 'bsdtar --format zip -cf z.zip raw; gzip -c z.zip >x'],
    ['by zip, of a tar', 'tar -cf raw.tar raw; bsdtar --format zip -cf x raw.tar'],
    ['by zip, with a link', 'ln -sf /etc/shadow l; bsdtar --format zip -cf x l raw'],
    [
      'by zip, from a pipe',
      `python3 -c "import sys, zipfile; z = zipfile.ZipFile(sys.stdout.buffer, 'w', zipfile.ZIP_DEFLATED); z.write('raw'); z.close()" | cat >x`,
    ],
    [
      'by zip, of more than 4 GB as far as it says',
      `python3 -c "import zipfile; z = zipfile.ZipFile('x', 'w', zipfile.ZIP_DEFLATED); f = z.open('raw', 'w', force_zip64=True); f.write(open('raw', 'rb').read()); f.close(); z.close()"`,
    ],
  ];
  it.each(archives)('%s gives its disk, and nothing beside', async (_, make) => {
    await sh(`mkdir -p ${IN}/a; cp ${IN}/raw ${IN}/a; cd ${IN}/a; ${make}`);
    const before = await sh('stat -c %Y-%i /etc/shadow');
    const result = await disk({ source: `${IN}/a/x` });
    expect(result.msg).toBeUndefined();
    expect(await sh(`cmp ${HOME}/out/disk ${IN}/raw; stat -c '%F %a' ${HOME}/out/disk`)).toBe(
      'regular file 600',
    );
    expect(await out()).toBe('disk');
    expect(await sh('stat -c %Y-%i /etc/shadow')).toBe(before);
    await sh(`rm -rf ${HOME}/out/* ${IN}/a`);
  });

  it('of names that lead out of it is refused', async () => {
    await sh(`mkdir -p ${IN}/d; cd ${IN}/d; tar -cPf ../x ../raw`);
    expect((await disk({ source: `${IN}/x` })).msg).toMatch(
      /^x: tar: .*\.\.\/raw: Member name contains '\.\.'/s,
    );
    expect(await sh(`ls -A ${HOME}/out; rm -r ${IN}/d`)).toBe('');
  });

  it('in itself for ever is given up', async () => {
    await sh(`cd ${IN}; cp raw r; for i in $(seq 12); do gzip -1 -c r >s; mv s r; done`);
    expect((await disk({ source: `${IN}/r` })).msg).toBe('r is packed more than 8 times');
    expect(await out()).toBe('');
  });

  it('by zip of a damaged disk is refused', async () => {
    await sh(
      `cd ${IN}; bsdtar --format zip --options zip:compression=store -cf z raw; printf x | dd of=z bs=1 seek=500000 conv=notrunc status=none`,
    );
    expect((await disk({ source: `${IN}/z` })).msg).toBe(
      `${IN}/z: the zip archive can't be read: raw in it is damaged`,
    );
    expect(await out()).toBe('');
  });
});

describe('a place that is none', () => {
  const rows: [string, () => string, object, string][] = [
    [
      'a source that is a pipe',
      () => `mkfifo ${IN}/pipe`,
      { source: `${IN}/pipe` },
      `${IN}/pipe is not a disk: neither a file nor a block device`,
    ],
    [
      'a source that is a terminal',
      () => ':',
      { source: '/dev/tty' },
      '/dev/tty is not a disk: neither a file nor a block device',
    ],
    [
      'a source that leads to itself',
      () => `ln -sf loop ${IN}/loop`,
      { source: `${IN}/loop` },
      `${IN}/loop: it is a symbolic link that leads to itself`,
    ],
    [
      'a source that leads nowhere',
      () => `ln -sf none ${IN}/dangling`,
      { source: `${IN}/dangling` },
      `${IN}/dangling doesn't exist: ${HOME}/out/disk is made from it`,
    ],
    [
      'a list of checksums that is a pipe',
      () => `mkfifo ${IN}/list`,
      { source: `${IN}/raw`, checksum: `sha256:${IN}/list` },
      `option 'checksum': ${IN}/list is not a file: it must be a list of checksums`,
    ],
    [
      'an empty source',
      () => `: >${IN}/empty`,
      { source: `${IN}/empty` },
      'empty is empty: there is no disk in it',
    ],
    [
      'a disk that leads nowhere',
      () => `ln -s /nowhere ${HOME}/out/link`,
      { source: `${IN}/raw`, dest: `${HOME}/out/link` },
      `${HOME}/out/link exists now, or is a link to nothing: check what it is`,
    ],
  ];
  it.each(rows)('%s', async (_, make, args, message) => {
    await sh(make());
    const result = await disk(args);
    expect(result).toMatchObject({ failed: true, changed: false, msg: message });
    expect(await sh(`ls -A ${HOME}/out | grep -v '^link$' || true`)).toBe('');
    await sh(`rm -f ${HOME}/out/link`);
  });

  it('is not one whose name has all that a shell takes', async () => {
    const dest = `${HOME}/out/-o "$(id)"\n'*: ,`;
    expect(await disk({ source: `${IN}/raw`, dest, format: 'qcow2', size: '2M' })).toMatchObject({
      changed: true,
    });
    expect(
      await disk({ source: dest, dest: `${HOME}/out/over`, backing: 'overlay', format: 'qcow2' }),
    ).toMatchObject({
      changed: true,
    });
    expect(await sh(`qemu-img compare -f qcow2 -F qcow2 ${HOME}/out/over ${HOME}/out/-o*`)).toBe(
      'Images are identical.',
    );
    await sh(`rm -rf ${HOME}/out/*`);
  });
});

describe('a file system that is full', () => {
  const SMALL = `${HOME}/small`;
  const at = (name: string) => `tar -C ${IN} -cf ${IN}/full.tar ${name}`;
  const rows: [string, string, object][] = [
    ['by what is unpacked', `gzip -c ${IN}/big >${IN}/full`, {}],
    ['by a member of a zip', `cd ${IN}; rm -f full; bsdtar --format zip -cf full big`, {}],
    ['by a member of a tar', `${at('big')}; xz -0 -c ${IN}/full.tar >${IN}/full`, {}],
    ['by a copy', `cp ${IN}/big ${IN}/full`, { format: 'qcow2' }],
    ['by its room', `cp ${IN}/raw ${IN}/full`, { size: '8M', preallocation: 'full' }],
  ];
  it.each(rows)('%s is reported, and left without anything more on it', async (_, make, args) => {
    await sh(
      `mkdir -p ${SMALL}; mount -t tmpfs -o size=2m lab ${SMALL}; head -c 4M /dev/urandom >${IN}/big; ${make}`,
    );
    try {
      const result = await disk({ source: `${IN}/full`, dest: `${SMALL}/disk`, ...args });
      expect(result).toMatchObject({ failed: true, changed: false });
      expect(result.msg).toContain('No space left on device');
      expect(await sh(`ls -A ${SMALL}`)).toBe('');
      const kept = {
        backing: 'overlay',
        format: 'qcow2',
        templates: SMALL,
        checksum: `sha256:${HOME}/sum`,
        size: undefined,
      };
      await sh(`sha256sum ${IN}/full >${HOME}/sum`);
      // A source that is a disk is its own template.
      if ('format' in args || 'size' in args) return;
      expect((await disk({ source: `${IN}/full`, ...kept })).msg).toContain('No space left on device');
      expect(await sh(`ls -A ${SMALL}/by-checksum; ls -A ${HOME}/out`)).toBe('');
    } finally {
      await sh(`umount ${SMALL}`);
    }
  });
});

describe('who is not root', () => {
  it('makes disks where he may, and gets an error where he may not', async () => {
    await sh(`mkdir -p ${HOME}/mine; chown nobody ${HOME}/mine; chmod 644 ${IN}/raw`);
    const run = async (args: object) => {
      const input = await moduleText('disk_image', { source: `${IN}/raw.gz`, format: 'raw', ...args });
      const argv = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'node', '-'];
      const { stdout } = await hypervisor.exec(argv, { input, check: false });
      return JSON.parse(stdout);
    };
    await sh(`gzip -kf ${IN}/raw`);
    expect(await run({ dest: `${HOME}/mine/disk` })).toMatchObject({ changed: true });
    expect(await sh(`stat -c '%U %a' ${HOME}/mine/disk; ls -A ${HOME}/mine`)).toBe('nobody 600\ndisk');
    expect((await run({ dest: `${HOME}/out/disk` })).msg).toMatch(
      /out\/.disk.piecewise-\d+-\d+-: permission denied: run the task with become$/,
    );
  });
});

describe('a qcow2 of another make', () => {
  it('that is encrypted is not copied to another format without its key', async () => {
    await sh(
      `cd ${IN}; qemu-img create -q --object secret,id=key,data=hidden -f qcow2 -o encrypt.format=aes,encrypt.key-secret=key locked 1M`,
    );
    const result = await disk({ source: `${IN}/locked` });
    expect(result.msg).toMatch(/locked: qemu-img: .*encrypt.key-secret/);
    expect(await out()).toBe('');
  });

  it.each([
    ['with a snapshot', 'qemu-img snapshot -c one made'],
    ['that is packed inside', 'qemu-img convert -c -O qcow2 made packed; mv packed made'],
    ['of the second version', 'qemu-img amend -f qcow2 -o compat=0.10 made'],
  ])('%s is copied, and is a template', async (_, make) => {
    await sh(`cd ${IN}; qemu-img convert -O qcow2 raw made; ${make}`);
    expect(await disk({ source: `${IN}/made`, size: '2M' })).toMatchObject({ changed: true });
    expect(await sh(`cmp -n 1048576 ${HOME}/out/disk ${IN}/raw; stat -c %s ${HOME}/out/disk`)).toBe(
      '2097152',
    );
    const over = {
      source: `${IN}/made`,
      dest: `${HOME}/out/over`,
      format: 'qcow2',
      backing: 'overlay',
      size: '2M',
    };
    expect(await disk(over)).toMatchObject({ changed: true });
    expect(await sh(`qemu-img compare ${HOME}/out/over ${HOME}/out/disk`)).toBe('Images are identical.');
    await sh(`rm -rf ${HOME}/out/*`);
  });

  it('that is raw grows with the room that it may need', async () => {
    await sh(`cp ${IN}/raw ${HOME}/out/disk`);
    const args = { source: `${IN}/raw`, size: '8M', preallocation: 'falloc' };
    expect(await disk(args)).toMatchObject({ changed: true, size: 8 * 1024 ** 2 });
    expect(Number(await sh(`stat -c %b ${HOME}/out/disk`)) * 512).toBeGreaterThanOrEqual(8 * 1024 ** 2);
    expect(await sh(`cmp -n 1048576 ${HOME}/out/disk ${IN}/raw; rm ${HOME}/out/disk`)).toBe('');
  });
});

describe('a disk whose beginning its guest wrote', () => {
  it('is made as raw, whatever it looks like', async () => {
    // A qcow2 whose guest sees a qcow2 that names a file of the host.
    await sh(
      `cd ${IN}; truncate -s 1M backing; qemu-img convert -f raw -O qcow2 backing mimic; gzip -kf mimic`,
    );
    expect(await disk({ source: `${IN}/mimic.gz`, size: '2M' })).toMatchObject({ changed: true });
    expect(await sh(`cmp -n 1048576 ${HOME}/out/disk ${IN}/backing; stat -c %s ${HOME}/out/disk`)).toBe(
      '2097152',
    );
    expect(await disk({ source: `${IN}/mimic.gz`, size: '4M' })).toMatchObject({ changed: true });
    expect(await sh(`cmp -n 1048576 ${HOME}/out/disk ${IN}/backing; stat -c %s ${HOME}/out/disk`)).toBe(
      '4194304',
    );
    await sh(`rm -rf ${HOME}/out/*`);
  });

  it('grows as raw where it looks like an archive', async () => {
    await sh(`cd ${IN}; tar -cf ${HOME}/out/disk raw; truncate -s 2M ${HOME}/out/disk`);
    const grown = await disk({ source: `${IN}/raw`, size: '4M' });
    expect(grown.msg).toBeUndefined();
    expect(grown).toMatchObject({ changed: true, size: 4 * 1024 ** 2 });
    expect(await disk({ source: `${IN}/raw`, size: '4M' })).toMatchObject({ changed: false });
    await sh(`rm -rf ${HOME}/out/*`);
  });
});
