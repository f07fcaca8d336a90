import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aliasesOf } from '../../../modules/lib/fat/alias.ts';
import { layoutFor, layoutWith } from '../../../modules/lib/fat/layout.ts';
import { readFat } from '../../../modules/lib/fat/read.ts';
import { FatError } from '../../../modules/lib/fat/volume.ts';
import { writeFat } from '../../../modules/lib/fat/write.ts';
import { type Content, type Image, sizeOf, type VolumeFile } from '../../../modules/lib/volume.ts';
import {
  AWKWARD,
  anyFiles,
  BALLAST,
  bytesOf,
  file,
  imageFrom,
  inOrder,
  LABEL,
  MANY,
  onHost,
  placed,
  SEED,
  text,
} from './files.ts';

const field = async (image: Image, at: number, length: 1 | 2 | 4) =>
  Buffer.from(await image.read(at, length)).readUIntLE(0, length);

/** What the image is by Microsoft's rule, from its boot sector alone. */
async function boot(image: Image) {
  const [sector, perCluster, reserved, tables, entries, short, short16] = await Promise.all([
    field(image, 11, 2),
    field(image, 13, 1),
    field(image, 14, 2),
    field(image, 16, 1),
    field(image, 17, 2),
    field(image, 19, 2),
    field(image, 22, 2),
  ]);
  const sectors = short || (await field(image, 32, 4));
  const tableSectors = short16 || (await field(image, 36, 4));
  const data = sectors - reserved - tables * tableSectors - Math.ceil((entries * 32) / sector);
  const clusters = Math.floor(data / perCluster);
  return {
    bytes: sectors * sector,
    kind: clusters < 4085 ? 12 : clusters < 65525 ? 16 : 32,
    table: reserved * sector,
    tableBytes: tableSectors * sector,
  };
}

async function roundTrip(files: readonly VolumeFile[]): Promise<void> {
  const pieces = writeFat(files, LABEL);
  const { places } = placed(pieces);
  const { label, files: read } = await readFat(imageFrom(pieces));
  expect(label).toBe('CIDATA');
  expect(read).toEqual(
    inOrder(files).map(({ path, content }) => {
      const length = sizeOf(content);
      return { path, size: length, extents: length > 0 ? [{ at: places.get(content), length }] : [] };
    }),
  );
}

describe('what is written is read again', () => {
  it.each([
    ['a seed', SEED],
    ['awkward files', AWKWARD],
    ['many files', MANY],
    ['no files', []],
  ])('%s, byte by byte', async (_, files) => {
    const image = imageFrom(writeFat(files, LABEL));
    const { files: read } = await readFat(image);
    const found = await Promise.all(
      read.map(async (it) => ({ path: it.path, content: await bytesOf(image, it) })),
    );
    expect(found).toEqual(inOrder(files));
  });

  it.each(BALLAST)('any files in FAT%i', async (kind, bytes) => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        const all =
          bytes > 0 ? [...files.filter(({ path }) => !/^ballast/i.test(path)), ballast(bytes)] : files;
        await roundTrip(all);
        expect((await boot(imageFrom(writeFat(all, LABEL)))).kind).toBe(kind);
      }),
    );
  });

  it('20,000 files in a folder', async () => {
    await roundTrip(Array.from({ length: 20_000 }, (_, i) => file(`all/same-beginning-${i}`, `${i}`)));
  });

  it('a folder of as many clusters as a file, in all folders', async () => {
    await roundTrip(Array.from({ length: 2000 }, (_, i) => file(`${i % 50}/${i % 7}/file-${i}`, `${i}`)));
  });

  it('names of 255 units, and folders in folders of them', async () => {
    const names = ['n'.repeat(255), `${'🦊'.repeat(127)}x`, 'l'.repeat(254), '雪'.repeat(255)];
    await roundTrip(names.map((name) => file(`${names.join('/')}/${name}`)));
  });

  it('a file of 4 GiB less a byte', async () => {
    await roundTrip([...SEED, file('large', onHost(0xffff_ffff))]);
  });
});

const isSame = (piece: Content, other: Content | undefined) =>
  piece === other ||
  (piece instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(piece, other) === 0);

const ballast = (bytes: number) => file('ballast', onHost(bytes));

describe('an image', () => {
  it('is a pure function of its files, in any order', () => {
    const shuffled = anyFiles.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        const [pieces, again] = [[...writeFat(files, LABEL)], [...writeFat(others, LABEL)]];
        expect(again.length).toBe(pieces.length);
        expect(pieces.filter((piece, i) => !isSame(piece, again[i]))).toEqual([]);
      }),
    );
  });

  it('differs when a content, path, size or label does', () => {
    const images = [
      writeFat([file('a', 'x')], LABEL),
      writeFat([file('a', 'y')], LABEL),
      writeFat([file('b', 'x')], LABEL),
      writeFat([file('a/b', 'x')], LABEL),
      writeFat([file('a', 'xx')], LABEL),
      writeFat([file('a', 'x')], { label: 'OTHER' }),
    ].map((pieces) => Buffer.concat([...pieces] as Uint8Array[]).toString('hex'));
    expect(new Set(images).size).toBe(images.length);
  });

  it('has another number when it has other files, since two may be on one machine', async () => {
    const serials = [SEED, AWKWARD, []].map((files) => field(imageFrom(writeFat(files, LABEL)), 39, 4));
    expect(new Set(await Promise.all(serials)).size).toBe(3);
  });

  it('passes contents on as they are, in order, between small pieces', () => {
    const files = [ballast(3_000_000_000), ...MANY, file('z', onHost(7))];
    const given = new Set(files.map(({ content }) => content));
    const pieces = [...writeFat(files, LABEL)];
    expect(pieces.filter((piece) => given.has(piece))).toHaveLength(files.length);
    const own = pieces.filter((piece) => !given.has(piece));
    expect(own.every((piece) => piece instanceof Uint8Array)).toBe(true);
    // A folder of 3,000 files is one piece.
    expect(own.map(sizeOf).sort((a, b) => b - a)[1]).toBeLessThanOrEqual(32_768);
  });

  it.each(BALLAST)('of FAT%i is as long as it says, and has two tables alike', async (kind, bytes) => {
    const image = imageFrom(writeFat([...AWKWARD, ballast(bytes)], LABEL));
    const said = await boot(image);
    expect(said).toMatchObject({ kind, bytes: image.size });
    const tables = [said.table, said.table + said.tableBytes].map((at) => image.read(at, said.tableBytes));
    const [one, two] = await Promise.all(tables);
    expect(Buffer.compare(one ?? text(''), two ?? text('-'))).toBe(0);
  });

  it('is hardly larger than its files', () => {
    expect(placed(writeFat(SEED, LABEL)).size).toBeLessThanOrEqual(32_768);
    const large = placed(writeFat([ballast(3_000_000_000)], LABEL)).size;
    expect(large / 3_000_000_000).toBeLessThan(1.001);
  });

  it('of FAT32 keeps a copy of its boot sector, and how much is free', async () => {
    const image = imageFrom(writeFat([...SEED, ballast(3_000_000_000)], LABEL));
    expect(await field(image, 50, 2)).toBe(6);
    expect(await image.read(6 * 512, 1024)).toEqual(await image.read(0, 1024));
    const { table, tableBytes } = await boot(image);
    const entries = Buffer.from(await image.read(table, tableBytes));
    const data = table + 2 * tableBytes;
    const clusters = Math.floor((image.size - data) / (512 * (await field(image, 13, 1))));
    const free = Array.from({ length: clusters }, (_, i) => entries.readUInt32LE((i + 2) * 4)).filter(
      (entry) => entry === 0,
    );
    expect(await field(image, 512 + 488, 4)).toBe(free.length);
  });
});

describe('the parts of an image, by the specification', () => {
  /** What lies where in an image of that kind: an entry of the root, and of the table. */
  async function parts(kind: number, bytes: number) {
    const image = imageFrom(
      writeFat([file('folder/file-in-folder', 'x'), file('fourteen-units'), ballast(bytes)], LABEL),
    );
    const { table, tableBytes } = await boot(image);
    const data = table + 2 * tableBytes + 32 * (await field(image, 17, 2));
    const root = kind === 32 ? data : data - 32 * (await field(image, 17, 2));
    const entry = async (alias: string, directory = root) => {
      const found = Buffer.from(await image.read(directory, 512));
      const at = found.indexOf(alias, 0, 'latin1');
      return { at: directory + at, bytes: found.subarray(at, at + 32) };
    };
    const clusterBytes = 512 * (await field(image, 13, 1));
    return { image, table, root, entry, placeOf: (cluster: number) => data + (cluster - 2) * clusterBytes };
  }

  it.each([
    [12, 0, 'f8ffff'],
    [16, 200_000_000, 'f8ffffff'],
    [32, 3_000_000_000, 'f8ffff0fffffff0f'],
  ])('the table of FAT%i begins with the medium', async (kind, bytes, begin) => {
    const { image, table } = await parts(kind, bytes);
    expect(Buffer.from(await image.read(table, begin.length / 2)).toString('hex')).toBe(begin);
  });

  it.each(BALLAST)('a folder of FAT%i knows itself, and its parent 0, the root', async (kind, bytes) => {
    const { image, entry, placeOf } = await parts(kind, bytes);
    const own = (await entry('FOLDER     ')).bytes;
    expect([own[11], own.readUInt32LE(28)]).toEqual([0x10, 0]);
    const place = placeOf(own.readUInt16LE(26));
    const [self, parent] = [await image.read(place, 32), await image.read(place + 32, 32)].map(Buffer.from);
    expect([self, parent].map((it) => it?.toString('latin1', 0, 12))).toEqual([
      `${'.'.padEnd(11)}\x10`,
      `${'..'.padEnd(11)}\x10`,
    ]);
    expect([self, parent].map((it) => it?.readUInt16LE(26))).toEqual([own.readUInt16LE(26), 0]);
  });

  it('a long name is in parts, the last first, ended and filled, with a sum of the short one', async () => {
    const { image, entry } = await parts(12, 0);
    const { at, bytes } = await entry('FOURTE~1   ');
    let sum = 0;
    for (const byte of bytes.subarray(0, 11)) sum = (((sum << 7) | (sum >>> 1)) + byte) % 256;
    const units = (text: string) => Buffer.from(text, 'utf16le').toString('hex');
    const part = (number: number, text: string) => {
      const hex = units(text);
      const head = Buffer.of(number).toString('hex');
      const middle = Buffer.of(0x0f, 0, sum).toString('hex');
      return `${head}${hex.slice(0, 20)}${middle}${hex.slice(20, 44)}0000${hex.slice(44)}`;
    };
    expect(Buffer.from(await image.read(at - 64, 64)).toString('hex')).toBe(
      part(0x42, `s\0${'\uffff'.repeat(11)}`) + part(1, 'fourteen-unit'),
    );
  });

  it('every date is the first that FAT has', async () => {
    const { entry, root, image } = await parts(12, 0);
    const label = Buffer.from(await image.read(root, 32));
    for (const bytes of [label, (await entry('FOURTE~1   ')).bytes]) {
      expect([14, 16, 18, 22, 24].map((at) => bytes.readUInt16LE(at))).toEqual([0, 0x21, 0x21, 0, 0x21]);
    }
  });
});

describe('a layout', () => {
  it('has room for all, and stays clear of the numbers where its kind changes', () => {
    const sizes = fc.oneof(
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 3950, max: 4150 }),
      fc.integer({ min: 65_400, max: 65_600 }),
    );
    fc.assert(
      fc.property(
        sizes,
        fc.constantFrom(1, 2, 8, 64),
        fc.integer({ min: 1, max: 65_520 }),
        (n, per, entries) => {
          const layout = layoutWith({ sizes: [n * per * 512], rootEntries: entries }, per);
          if (!layout) throw new Error('there is one');
          const { clusters, kind, tableSectors, firstData, sectors, rootEntries } = layout;
          expect(kind).toBe(clusters < 4085 ? 12 : clusters < 65_525 ? 16 : 32);
          expect(Math.min(Math.abs(clusters - 4085), Math.abs(clusters - 65_525))).toBeGreaterThanOrEqual(16);
          expect(clusters).toBeGreaterThanOrEqual(
            kind === 32 ? n + Math.ceil((entries * 32) / per / 512) : n,
          );
          if (kind !== 32) expect(rootEntries).toBeGreaterThanOrEqual(entries);
          expect(tableSectors * 512 * 8).toBeGreaterThanOrEqual((clusters + 2) * kind);
          expect(firstData + clusters * per).toBeLessThanOrEqual(sectors);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is refused beyond 2 TiB', () => {
    const gigabytes = (count: number) => new Array<number>(count).fill(2 ** 30);
    expect(layoutFor({ sizes: gigabytes(2000), rootEntries: 1 }).kind).toBe(32);
    expect(() => layoutFor({ sizes: gigabytes(2048), rootEntries: 1 })).toThrow('2 TiB');
  });
});

describe('8.3 names', () => {
  const isAlias = /^(?! )[A-Z0-9!#$%&'()@^_`{}~-]{1,8} *(?<=^.{8})[A-Z0-9!#$%&'()@^_`{}~-]{0,3} *$/;

  it('are each there once, and can be read everywhere', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        const names = [
          ...new Map(
            files.map(({ path }) => path.replace(/\//g, '-')).map((it) => [it.toUpperCase(), it]),
          ).values(),
        ];
        const aliases = aliasesOf(names.sort());
        expect(new Set(aliases).size).toBe(names.length);
        for (const alias of aliases) expect(alias).toMatch(isAlias);
        expect(aliases.filter((alias) => alias.length !== 11)).toEqual([]);
      }),
    );
  });

  it('of thousands that begin alike are numbered, quickly', () => {
    const names = Array.from({ length: 30_000 }, (_, i) => `certificate-${'abcdef'[i % 6]}${i}.pem`);
    expect(new Set(aliasesOf(names)).size).toBe(names.length);
  });

  it.each([
    [['README.TXT'], ['README  TXT']],
    [['user-data'], ['USER-D~1   ']],
    [['meta.dat'], ['META    DAT']],
    [
      ['a b.x', 'a b.y', 'AB~1.X'],
      ['AB~2    X  ', 'AB~1    Y  ', 'AB~1    X  '],
    ],
    [
      ['.bashrc', 'two.dots.yaml'],
      ['BASHRC~1   ', 'TWODOT~1YAM'],
    ],
    [
      ['雪', '🦊'],
      ['_~1        ', '_~2        '],
    ],
  ])('of %j are %j', (names, aliases) => {
    expect(aliasesOf(names)).toEqual(aliases);
  });
});

describe('what FAT cannot hold is refused, with the path', () => {
  it.each([
    ['', 'an empty name'],
    ['/a', 'an empty name'],
    ['a//b', 'an empty name'],
    ['a/', 'an empty name'],
    ['a/../b', '"." or ".."'],
    ['./a', '"." or ".."'],
    ...Array.from('"*:<>?\\|', (char) => [`a/b${char}c`, `has a ${char} in it`]),
    ['a\0b', 'control character'],
    ['a\nb', 'control character'],
    ['a./b', 'ends in a dot or a space'],
    ['a ', 'ends in a dot or a space'],
    ['a\ud83d', 'half a surrogate pair'],
    ['a\uffff', 'U+FFFF'],
    ['n'.repeat(256), '256 UTF-16 units'],
    [`${'🦊'.repeat(128)}`, '256 UTF-16 units'],
  ])('%j', (path, problem) => {
    const write = () => writeFat([...SEED, file(path, '')], LABEL);
    expect(write).toThrow(FatError);
    expect(write).toThrow(problem);
    expect(write).toThrow(JSON.stringify(path));
  });

  it.each([
    [['a', 'a'], 'the path "a" is there twice'],
    [['User-Data', 'user-data'], '"User-Data" and "user-data" differ only in case'],
    [['A/x', 'a/y'], '"A" and "a" differ only in case'],
    [['ÄÖ', 'äö'], 'differ only in case'],
    [['Привет', 'привет'], 'differ only in case'],
    [['a', 'a/b'], '"a" is a file and a folder'],
    [['a/b', 'a/b/c'], '"a/b" is a file and a folder'],
  ])('%j together', (paths, problem) => {
    const files = paths.map((path) => file(path, 'x'));
    expect(() => writeFat(files, LABEL)).toThrow(problem);
    expect(() => writeFat(files.reverse(), LABEL)).toThrow(problem);
  });

  it('but names that only look alike are no such thing', async () => {
    await roundTrip(
      ['ß', 'SS', 'i', 'ı', 'ä', 'a\u0308', '\u0264', '\ua7cb'].map((path) => file(path, text(path))),
    );
  });

  it('a file of 4 GiB', () => {
    expect(() => writeFat([file('dir/large', onHost(2 ** 32))], LABEL)).toThrow(
      'the file "dir/large" is 4 GiB or more',
    );
  });

  it('more files than a folder has entries for', () => {
    const files = (count: number) => Array.from({ length: count }, (_, i) => file(`a/F${i}`, text('')));
    expect(() => writeFat(files(65_518), LABEL)).not.toThrow();
    expect(() => writeFat(files(65_519), LABEL)).toThrow('the folder "a" has more files than FAT holds');
  });

  it.each(['', 'TWELVE CHARS', 'größe', ' CIDATA', 'CIDATA ', 'A\nB', 'A.B', 'A/B'])(
    'the label %j',
    (label) => {
      expect(() => writeFat(SEED, { label })).toThrow(FatError);
    },
  );

  it('and a label is written in capitals', async () => {
    expect((await readFat(imageFrom(writeFat(SEED, { label: 'cidata' })))).label).toBe('CIDATA');
  });
});
