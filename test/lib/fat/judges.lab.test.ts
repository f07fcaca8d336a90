import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFat } from '../../../modules/lib/fat/read.ts';
import { writeFat } from '../../../modules/lib/fat/write.ts';
import { imageOf, type VolumeFile } from '../../../modules/lib/volume.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { judge } from '../../support/judge.ts';
import { putPieces } from '../../support/pieces.ts';
import { AWKWARD, BALLAST, bytesOf, file, inOrder, LABEL, MANY, onHost, SEED } from './files.ts';

const MARK = 'the last bytes of a large file';

const KINDS: [string, readonly VolumeFile[], kind: number][] = [
  ['a seed', SEED, 12],
  ['awkward files', AWKWARD, 12],
  ['many files', MANY, 12],
  ['no files', [], 12],
  ...BALLAST.slice(1).map(([kind, bytes]): [string, readonly VolumeFile[], number] => [
    `awkward files and a large one, FAT${kind}`,
    [...AWKWARD, file('ballast', onHost(bytes))],
    kind,
  ]),
];

const images = new Map<string, string>();
let place = '';
let inside = '';

beforeAll(async () => {
  const { root } = await sharedHypervisor();
  place = await mkdtemp(join(root, 'var/tmp/fat-'));
  inside = place.slice(root.length);
  for (const [i, [name, files]] of KINDS.entries()) {
    await putPieces(join(place, `${i}.img`), writeFat(files, LABEL), MARK);
    images.set(name, `${inside}/${i}.img`);
  }
});
afterAll(() => rm(place, { recursive: true, force: true }));

const ofKind = (name: string) => images.get(name) ?? '';
const lines = (stdout: string) => stdout.split('\n').filter(Boolean);
const utf8 = ['env', 'LC_ALL=C.UTF-8'];
// mtools knows no letter beyond U+FFFF.
const inUcs2 = (path: string) => path.replace(/[\ud800-\udfff]/g, '_');
const inMemory = (files: readonly VolumeFile[]) =>
  files.filter(({ content }) => content instanceof Uint8Array);
const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex').slice(0, 16);
const byPath = (files: readonly VolumeFile[]) =>
  Object.fromEntries(inMemory(files).map(({ path, content }) => [path, digest(content as Uint8Array)]));

// The files a judge extracted below `out`.
const extracted = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path.replace(/^out\//, ''), digest(content)]),
  );

describe.each(KINDS)('%s', (name, files, kind) => {
  it('has nothing that fsck.fat would repair', async () => {
    const { stdout } = await judge([...utf8, 'fsck.fat', '-n', '-v', ofKind(name)]);
    expect(stdout).toContain(`FATs, ${kind} bit entries`);
    const said = stdout.slice(stdout.indexOf('sectors total\n') + 'sectors total\n'.length);
    expect(said).toMatch(
      /^Checking for unused clusters\.\n(Checking free cluster summary\.\n)?\S+: \d+ files, \d+\/\d+ clusters\n$/,
    );
  });

  it('is told by blkid as cloud-init looks for it', async () => {
    const { stdout } = await judge(['blkid', '-p', '-o', 'export', ofKind(name)]);
    expect(lines(stdout)).toEqual(
      expect.arrayContaining(['LABEL=CIDATA', 'LABEL_FATBOOT=CIDATA', 'TYPE=vfat', `VERSION=FAT${kind}`]),
    );
  });

  it('is listed by mtools by its long names', async () => {
    // Of an empty root it says that there is none.
    const command = `mdir -i ${ofKind(name)} -/ -b -a :: ${files.length === 0 ? '|| true' : ''}`;
    const { stdout } = await judge([...utf8, 'sh', '-euc', command]);
    const paths = lines(stdout).filter((line) => !line.endsWith('/'));
    expect(paths.map((path) => path.replace('::/', '')).sort()).toEqual(
      files.map(({ path }) => inUcs2(path)).sort(),
    );
  });

  it('is extracted by 7-Zip', async () => {
    const argv = [...utf8, '7zz', 'x', '-bd', '-oout', '-x!ballast', ofKind(name)];
    const { files: out } = await judge(argv);
    expect(extracted(out)).toEqual(byPath(files));
  });
});

describe('mtools', () => {
  it.each(KINDS.slice(0, 2))('extracts %s', async (name, files) => {
    const command = `mkdir out; mcopy -s -Q -i ${ofKind(name)} '::*' out/`;
    const { files: out } = await judge([...utf8, 'sh', '-euc', command]);
    expect(extracted(out)).toEqual(byPath(files.map((it) => ({ ...it, path: inUcs2(it.path) }))));
  });

  it.each(BALLAST.slice(1))('finds the end of a large file in FAT%i', async (kind) => {
    const name = KINDS.find((it) => it[2] === kind)?.[0] ?? '';
    const command = `mcopy -i ${ofKind(name)} ::ballast - | tail -c ${MARK.length}`;
    expect((await judge(['sh', '-euc', command])).stdout).toBe(MARK);
  });

  it('goes on with what we wrote: adds and removes files', async () => {
    const bytes = await readFile(join(place, '1.img'));
    const command =
      'cp image changed; mdel -i changed ::empty; mmd -i changed ::new; echo added >added.txt; mcopy -i changed added.txt ::new; fsck.fat -n changed';
    const { files } = await judge([...utf8, 'sh', '-euc', command], { files: { image: bytes } });
    const image = imageOf(files.changed ?? new Uint8Array());
    const expected = [...AWKWARD.filter(({ path }) => path !== 'empty'), file('new/added.txt', 'added\n')];
    expect((await readFat(image)).files.map(({ path }) => path)).toEqual(
      inOrder(expected).map(({ path }) => path),
    );
  });
});

describe('a volume of others is read', () => {
  const files = [
    ...SEED,
    file('empty', ''),
    file('README.TXT'),
    file('lower.txt'),
    file('n'.repeat(200)),
    file('Größe – 雪.txt'),
    file('large', new Uint8Array(40_000).fill(7)),
    file('certificates/ca.pem'),
    file('certificates/deep/deeper/Größe.pem', new Uint8Array(9000).fill(8)),
  ];
  // Files of a flat working directory, which are moved to where they belong.
  const prepare = files
    .map(({ path }, i) => `mkdir -p "in/$(dirname '${path}')"; mv ${i} 'in/${path}'`)
    .join('\n');
  const evidence = Object.fromEntries(files.map(({ content }, i) => [`${i}`, content as Uint8Array]));
  const made = async (mkfs: string, more = '') => {
    const command = `${prepare}\n${mkfs} >/dev/null\nmcopy -s -Q -i image in/* ::\n${more}\nfsck.fat -n image >&2`;
    const verdict = await judge([...utf8, 'bash', '-euc', command], { files: evidence });
    const image = imageOf(verdict.files.image ?? new Uint8Array());
    const volume = await readFat(image);
    const contents = volume.files.map(async (it) => [it.path, digest(await bytesOf(image, it))] as const);
    return { volume, contents: Object.fromEntries(await Promise.all(contents)) };
  };

  it.each([
    'mkfs.vfat -n CIDATA -C image 1440',
    'mkfs.vfat -n CIDATA -F 16 -C image 20000',
    'mkfs.vfat -n CIDATA -F 16 -S 2048 -s 2 -C image 40000',
    'mkfs.vfat -n CIDATA -F 32 -C image 40000',
    'mkfs.vfat -n CIDATA -F 12 -f 1 -r 64 -s 8 -S 512 -C image 4096',
  ])('of %s', async (mkfs) => {
    const { volume, contents } = await made(mkfs);
    expect(volume.label).toBe('CIDATA');
    expect(contents).toEqual(byPath(files));
  });

  it('that is FAT32 with fewer clusters than Microsoft allows, as Linux reads it', async () => {
    const { files } = await judge([
      'mkfs.vfat',
      '-n',
      'CIDATA',
      '-F',
      '32',
      '-s',
      '1',
      '-C',
      'image',
      '1024',
    ]);
    const volume = await readFat(imageOf(files.image ?? new Uint8Array()));
    expect(volume).toEqual({ label: 'CIDATA', files: [] });
  });

  it('without a label, and with one in small letters', async () => {
    expect((await made('mkfs.vfat -C image 1440')).volume.label).toBe('');
    expect((await made('mkfs.vfat -n cidata -C image 1440')).volume.label).toBe('cidata');
  });

  it('whose files were removed and are in pieces', async () => {
    const more = `
      for i in $(seq 40); do head -c 1500 /dev/zero | tr '\\0' x >small; mcopy -i image small ::gap$i; done
      head -c 100 /dev/zero | mcopy -i image - ::end
      for i in $(seq 1 2 40); do mdel -i image ::gap$i; done
      mcopy -i image in/large ::pieces`;
    // So small that the gaps are needed.
    const { volume, contents } = await made('mkfs.vfat -n CIDATA -s 1 -r 112 -C image 160', more);
    const pieces = volume.files.find(({ path }) => path === 'pieces');
    expect(pieces?.extents.length).toBeGreaterThan(5);
    const gaps = Array.from({ length: 20 }, (_, i) => file(`gap${i * 2 + 2}`, 'x'.repeat(1500)));
    const expected = [
      ...files,
      ...gaps,
      file('end', new Uint8Array(100)),
      file('pieces', new Uint8Array(40_000).fill(7)),
    ];
    expect(contents).toEqual(byPath(expected));
  });
});
