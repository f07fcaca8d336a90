import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/sources-test';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const disk = (args: object) => runModule(hypervisor, 'disk_image', args as Record<string, unknown>);

// A disk with a boot signature, something at its beginning and at its end, and a hole between.
const PREPARE = `
rm -rf ${HOME}; mkdir -p ${HOME}/in ${HOME}/out; cd ${HOME}/in
truncate -s 8M raw
head -c 400000 /dev/urandom | dd of=raw conv=notrunc status=none
printf '\\125\\252' | dd of=raw bs=1 seek=510 conv=notrunc status=none
head -c 70000 /dev/urandom | dd of=raw bs=4096 seek=1900 conv=notrunc status=none
for format in qcow2 vmdk vdi vhdx vpc; do qemu-img convert -O $format raw $format; done
for kind in raw qcow2 vmdk; do
  gzip -c $kind >$kind.g; xz -c $kind >$kind.x; zstd -qc $kind >$kind.s; bzip2 -c $kind >$kind.b
done
tar -cf raw.t raw; tar --sparse -cf sparse.t raw; tar -cf - qcow2 | xz >qcow2.tx; tar -czf vmdk.tg ./vmdk
bsdtar --format zip -cf raw.z raw; bsdtar --format zip -cf qcow2.z qcow2
gzip -c qcow2.x >twice; tar -cf inner.t raw.x
echo '<Envelope/>' >box.ovf; echo 'SHA1(vmdk)= 0' >box.mf; tar -cf box.ova box.ovf vmdk box.mf
echo readme >README; tar -cf boot.t README raw; tar -cf two.t raw qcow2 vmdk; tar -cf notes.t README box.mf
mkdir only; tar -cf empty.t only; : >nothing; gzip -c nothing >nothing.g
`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(PREPARE);
});
afterAll(() => sh(`rm -rf ${HOME}`));

const RIGHT = [
  ...['raw', 'qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'],
  ...['raw', 'qcow2', 'vmdk'].flatMap((kind) => ['g', 'x', 's', 'b'].map((end) => `${kind}.${end}`)),
  ...[
    'raw.t',
    'sparse.t',
    'qcow2.tx',
    'vmdk.tg',
    'raw.z',
    'qcow2.z',
    'twice',
    'inner.t',
    'box.ova',
    'boot.t',
  ],
];

describe('what a disk is made from, recognised by content', () => {
  it.each(['qcow2', 'raw'])('has its content as %s', async (format) => {
    // Nothing about a name tells what is in the file.
    await sh(
      `cd ${HOME}/in; for file in ${RIGHT.join(' ')}; do ln -f $file blob-$(echo $file | tr . -).iso; done`,
    );
    const images = RIGHT.map((name) => ({
      source: `${HOME}/in/blob-${name.replace('.', '-')}.iso`,
      dest: `${HOME}/out/${format}/${name}`,
    }));
    const result = await disk({ images, format });
    expect(result.msg).toBeUndefined();
    // The formats of other worlds round a disk's size up to whole cylinders, so what is read is its first 8 MiB.
    const sums = await sh(
      `cd ${HOME}/out/${format}; for file in *; do qemu-img info $file | grep -q 'file format: ${format}' && qemu-img convert -O raw $file ../check && echo $file $(head -c 8M ../check | cmp - ${HOME}/in/raw && echo same); done`,
    );
    expect(sums.split('\n').sort()).toEqual(RIGHT.map((name) => `${name} same`).sort());
  });

  it('keeps the holes', async () => {
    const used = await sh(
      `cd ${HOME}/out/raw; du -k --apparent-size raw | cut -f1; du -k raw raw.x sparse.t raw.z | cut -f1`,
    );
    const [apparent = 0, ...rooms] = used.split('\n').map(Number);
    expect(apparent).toBe(8192);
    for (const room of rooms) expect(room).toBeLessThan(600);
  });

  it('takes the member that is asked for', async () => {
    const dest = `${HOME}/out/member`;
    expect(await disk({ source: `${HOME}/in/two.t`, dest, member: './vmdk', format: 'raw' })).toMatchObject({
      changed: true,
    });
    expect(await sh(`cmp ${dest} ${HOME}/in/raw`)).toBe('');
  });

  it('lays it out as it is asked to', async () => {
    const dest = `${HOME}/out/laid-out`;
    const args = {
      source: `${HOME}/in/qcow2`,
      dest,
      cluster_size: '128K',
      preallocation: 'falloc',
      size: '32M',
    };
    expect(await disk(args)).toMatchObject({ changed: true, size: 32 * 1024 ** 2 });
    const info = JSON.parse(await sh(`qemu-img info --output=json ${dest}`));
    expect(info).toMatchObject({ 'cluster-size': 131072, 'virtual-size': 32 * 1024 ** 2 });
    expect(info['actual-size']).toBeGreaterThanOrEqual(32 * 1024 ** 2);
    expect(await disk(args)).toMatchObject({ changed: false });
    const raw = `${HOME}/out/laid-out.raw`;
    await disk({ source: `${HOME}/in/raw.x`, dest: raw, format: 'raw', preallocation: 'full' });
    expect(Number(await sh(`stat -c '%b' ${raw}`)) * 512).toBeGreaterThanOrEqual(8 * 1024 ** 2);
  });

  it('says of a disk that is there how it differs', async () => {
    const dest = `${HOME}/out/qcow2/raw`;
    const result = await disk({ source: `${HOME}/in/raw`, dest, format: 'qcow2', cluster_size: '4K' });
    expect(result).toMatchObject({ changed: false });
    expect(result.warnings).toEqual([
      `${dest} exists, and its 'cluster_size' is 64K and not 4K: an existing disk isn't converted`,
    ]);
  });
});

describe('what no disk can be made from', () => {
  const at = (name: string) => ({ source: `${HOME}/in/${name}` });
  const rows: [string, object, string][] = [
    [
      'an archive of several disks',
      at('two.t'),
      "option 'member': two.t holds 3 files, several of which look like a disk: set it to one of qcow2, raw, vmdk",
    ],
    [
      'an archive of no disk',
      at('notes.t'),
      "option 'member': notes.t holds 2 files, none of which look like a disk: set it to one of README, box.mf",
    ],
    ['an empty archive', at('empty.t'), 'empty.t holds no file: it must hold a disk'],
    [
      "a member that there isn't",
      { ...at('two.t'), member: 'disk' },
      "option 'member': two.t has no 'disk'; it has qcow2, raw, vmdk",
    ],
    [
      'a member of what is no archive',
      { ...at('raw.x'), member: 'disk' },
      "option 'member': raw.x is not an archive and has no members",
    ],
    ['nothing', at('nothing.g'), 'nothing.g is empty: there is no disk in it'],
    ['a directory', { source: `${HOME}/in` }, `${HOME}/in is a directory, not a disk`],
    [
      'clusters of a raw disk',
      { ...at('raw'), format: 'raw', cluster_size: '64K' },
      "option 'cluster_size': a raw disk has no clusters: leave it out",
    ],
    [
      'clusters of no power of two',
      { ...at('raw'), cluster_size: '100K' },
      "option 'cluster_size': 100K is not a power of two from 512 to 2M",
    ],
    [
      'tables of a raw disk',
      { ...at('raw'), format: 'raw', preallocation: 'metadata' },
      "option 'preallocation': a raw disk has no tables: falloc, full or off",
    ],
    [
      'room for an overlay',
      { ...at('raw'), backing: 'overlay', preallocation: 'full' },
      "option 'preallocation': an overlay takes no room before it is written to: 'backing: copy'",
    ],
    [
      'a size below what is packed',
      { ...at('raw.x'), size: '4M' },
      "option 'size': 4M is less than the 8M of the template: a disk never shrinks",
    ],
    [
      'neither source nor url',
      {},
      "option 'source': is required, or 'url': what the disk is made from. An empty disk needs 'size'",
    ],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await disk({ dest: `${HOME}/out/wrong/disk`, ...args });
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toBe(message);
    expect(await sh(`ls -A ${HOME}/out/wrong 2>/dev/null || true`)).toBe('');
  });

  const cut: [string, RegExp][] = [
    ['raw.g', /^raw.g.cut: gzip: stdin: unexpected end of file$/],
    ['raw.x', /^raw.x.cut: xz: \(stdin\): Unexpected end of input$/],
    ['raw.s', /^raw.s.cut: zstd: .*(premature end|unfinished|Read error)/],
    ['raw.b', /^raw.b.cut: bzip2: Compressed file ends unexpectedly/],
    ['raw.t', /^raw.t.cut: tar: Unexpected EOF in archive/],
    ['raw.z', /raw.z.cut: the zip archive can't be read: /],
  ];
  it.each(cut)('%s, cut short', async (name, message) => {
    await sh(
      `head -c $(($(stat -c %s ${HOME}/in/${name}) - 20000)) ${HOME}/in/${name} >${HOME}/in/${name}.cut`,
    );
    const result = await disk({ source: `${HOME}/in/${name}.cut`, dest: `${HOME}/out/wrong/disk` });
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toMatch(message);
    expect(await sh(`ls -A ${HOME}/out/wrong`)).toBe('');
  });

  it('a packing whose program is not installed', async () => {
    await sh('mv /usr/bin/zstd /usr/bin/zstd.away');
    try {
      const result = await disk({ source: `${HOME}/in/raw.s`, dest: `${HOME}/out/wrong/disk` });
      expect(result.msg).toBe(
        "zstd isn't installed on this host: install the package zstd (the role hypervisor does)",
      );
    } finally {
      await sh('mv /usr/bin/zstd.away /usr/bin/zstd');
    }
  });

  it('a disk that is there and packed', async () => {
    const result = await disk({ source: `${HOME}/in/raw`, dest: `${HOME}/in/raw.x`, format: 'qcow2' });
    expect(result.msg).toBe(
      `option 'format': ${HOME}/in/raw.x exists and is not qcow2: set the format that it has`,
    );
  });
});

describe('a checksum', () => {
  it.each(['raw', 'raw.x', 'raw.z', 'qcow2.tx'])('of %s is found in a list, and must agree', async (name) => {
    await sh(
      `cd ${HOME}/in; sha512sum raw raw.x raw.z qcow2.tx >SUMS; sha256sum --tag raw raw.x raw.z qcow2.tx >TAGS`,
    );
    for (const checksum of [`sha512:${HOME}/in/SUMS`, `sha256:${HOME}/in/TAGS`]) {
      const dest = `${HOME}/out/summed`;
      expect(await disk({ source: `${HOME}/in/${name}`, dest, checksum })).toMatchObject({ changed: true });
      await sh(`rm ${dest}`);
    }
    const wrong = `sha256:${'0'.repeat(64)}`;
    const result = await disk({
      source: `${HOME}/in/${name}`,
      dest: `${HOME}/out/wrong/disk`,
      checksum: wrong,
    });
    const found = (await sh(`sha256sum <${HOME}/in/${name}`)).split(' ')[0];
    expect(result.msg).toBe(
      `option 'checksum': ${HOME}/in/${name} has sha256:${found} and not ${wrong}: it is damaged, or another file`,
    );
    expect(await sh(`ls -A ${HOME}/out/wrong`)).toBe('');
  });

  const rows: [string, string, string][] = [
    [
      'a list without the name',
      `sha512:${HOME}/in/box.mf`,
      `option 'checksum': ${HOME}/in/box.mf has no sha512 of 'raw': give the digest itself`,
    ],
    [
      'a list of the other kind',
      `sha256:${HOME}/in/SUMS`,
      `option 'checksum': ${HOME}/in/SUMS has no sha256 of 'raw': give the digest itself`,
    ],
    [
      "a list that there isn't",
      `sha256:${HOME}/in/NONE`,
      `option 'checksum': ${HOME}/in/NONE doesn't exist: it must be a list of checksums`,
    ],
  ];
  it.each(rows)('%s', async (_, checksum, message) => {
    const result = await disk({ source: `${HOME}/in/raw`, dest: `${HOME}/out/wrong/disk`, checksum });
    expect(result.msg).toBe(message);
  });
});
