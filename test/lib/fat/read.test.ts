import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFat } from '../../../modules/lib/fat/read.ts';
import { FatError } from '../../../modules/lib/fat/volume.ts';
import { writeFat } from '../../../modules/lib/fat/write.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import {
  type Image,
  imageOf,
  type Pieces,
  type Volume,
  type VolumeFile,
} from '../../../modules/lib/volume.ts';
import {
  AWKWARD,
  anyFiles,
  BALLAST,
  bytesOf,
  file,
  imageFrom,
  inOrder,
  LABEL,
  onHost,
  SEED,
  text,
} from './files.ts';

/** A small image in memory, whose bytes may be changed. */
const bytesFrom = (files: readonly VolumeFile[]) =>
  new Uint8Array(Buffer.concat([...writeFat(files, LABEL)] as Uint8Array[]));

/** What the reader makes of damage: a volume, or undefined for a FatError; anything else is the test's failure. */
async function attempt(image: Image): Promise<Volume | undefined> {
  try {
    return await readFat(image);
  } catch (error) {
    if (error instanceof FatError) return undefined;
    throw error;
  }
}

const u16 = (value: number) => [value & 0xff, value >> 8];

/**
 * A FAT16 image to be changed by hand: 8 KiB clusters, `A`, `B`, `C` of several clusters each, a folder with a file.
 * Where its parts lie is told by its boot sector.
 */
async function workbench() {
  const cluster = 8192;
  const [contentA, contentB, contentC] = [1, 2, 3].map((n) => new Uint8Array(cluster * 4).fill(n));
  const files = [
    file('A', contentA),
    file('B', contentB),
    file('C', contentC),
    file('long-name.yaml', 'long'),
    file('FOLDER/INNER/FILE', 'deep'),
    file('ZZZ', onHost(200_000_000)),
  ];
  const image = imageFrom(writeFat(files, LABEL));
  const boot = Buffer.from(await image.read(0, 512));
  const [reserved, tableSectors] = [boot.readUInt16LE(14), boot.readUInt16LE(22)];
  const root = (reserved + 2 * tableSectors) * 512;
  const data = root + boot.readUInt16LE(17) * 32;
  expect([boot[13], reserved]).toEqual([cluster / 512, 1]);
  const table = (number: number) => reserved * 512 + number * 2;
  /** Where a directory's entry with these 11 characters lies. */
  const entry = async (alias: string, directory = root) => {
    const bytes = Buffer.from(await image.read(directory, 4096));
    const at = bytes.indexOf(alias.padEnd(11), 0, 'latin1');
    if (at < 0) throw new Error(`no entry ${alias}`);
    return directory + at;
  };
  const first = async (alias: string, directory = root) =>
    Buffer.from(await image.read((await entry(alias, directory)) + 26, 2)).readUInt16LE();
  const place = (number: number) => data + (number - 2) * cluster;
  const chain = (numbers: readonly number[]) => {
    for (const [i, number] of numbers.entries()) image.set(table(number), u16(numbers[i + 1] ?? 0xffff));
  };
  const paths = async () => (await readFat(image)).files.map(({ path }) => path);
  return { image, root, cluster, table, entry, first, place, chain, paths };
}

describe('a chain of clusters', () => {
  it('in pieces is told in order, neighbours together', async () => {
    const { image, cluster, first, place, chain } = await workbench();
    const a = await first('A');
    chain([a, a + 2, a + 3, a + 1]);
    const { files } = await readFat(image);
    expect(files.find(({ path }) => path === 'A')).toEqual({
      path: 'A',
      size: 4 * cluster,
      extents: [
        { at: place(a), length: cluster },
        { at: place(a + 2), length: 2 * cluster },
        { at: place(a + 1), length: cluster },
      ],
    });
  });

  it('of a folder may be in pieces', async () => {
    const { image, cluster, entry, first, place, chain } = await workbench();
    const [folder, b] = [await first('FOLDER'), await first('B')];
    // The folder is filled with deleted entries, and what it held goes on in the cluster that was B's last.
    image.set((await entry('B')) + 28, u16(cluster));
    image.set(place(b + 3), [...(await image.read(place(folder) + 64, 32)), 0]);
    for (let at = 64; at < cluster; at += 32) image.set(place(folder) + at, [0xe5]);
    chain([folder, b + 3]);
    expect((await readFat(image)).files.map(({ path }) => path)).toContain('FOLDER/INNER/FILE');
  });

  it('that is longer than its file is left alone', async () => {
    const { image, entry } = await workbench();
    image.set((await entry('A')) + 28, [7, 0, 0, 0]);
    const { files } = await readFat(image);
    expect(files.find(({ path }) => path === 'A')).toMatchObject({ size: 7, extents: [{ length: 7 }] });
  });

  it.each<[string, (bench: Awaited<ReturnType<typeof workbench>>, a: number, b: number) => void, string]>([
    ['that goes in a circle', ({ image, table }, a) => image.set(table(a + 1), u16(a)), 'in use already'],
    ['that two files share', ({ image, table }, a, b) => image.set(table(a), u16(b)), 'in use already'],
    ['that ends before its file', ({ chain }, a) => chain([a, a + 1]), 'only 2 clusters'],
    [
      'that goes into a free cluster',
      ({ image, table }, a) => image.set(table(a), [0, 0]),
      "0, which isn't there",
    ],
    [
      'that goes into a bad cluster',
      ({ image, table }, a) => image.set(table(a), u16(0xfff7)),
      "65527, which isn't there",
    ],
  ])('%s is damage', async (_, change, problem) => {
    const bench = await workbench();
    change(bench, await bench.first('A'), await bench.first('B'));
    await expect(readFat(bench.image)).rejects.toThrow(FatError);
    await expect(readFat(bench.image)).rejects.toThrow(problem);
  });

  it('of a folder that is its own parent is damage', async () => {
    const { image, entry, first, place } = await workbench();
    const folder = await first('FOLDER');
    image.set((await entry('INNER', place(folder))) + 26, u16(folder));
    await expect(readFat(image)).rejects.toThrow('in use already');
  });

  it('of a file that has none is damage', async () => {
    const { image, entry } = await workbench();
    image.set((await entry('A')) + 26, [0, 0]);
    await expect(readFat(image)).rejects.toThrow('the file "A"');
  });
});

describe('an entry', () => {
  it('that is deleted is none', async () => {
    const { image, entry, paths } = await workbench();
    image.set(await entry('B'), [0xe5]);
    const long = await entry('LONG-N~1YAM');
    image.set(long, [0xe5]);
    expect(await paths()).toEqual(['A', 'C', 'FOLDER/INNER/FILE', 'ZZZ']);
  });

  it('behind the end is none', async () => {
    const { image, entry, paths } = await workbench();
    image.set(await entry('B'), [0]);
    expect(await paths()).toEqual(['A']);
  });

  it.each([
    ['whose 8.3 name has changed', 0, 0x4d, 'MONG-N~1.YAM'],
    ['whose last part is lost', -64, 0xe5, 'LONG-N~1.YAM'],
    ['whose parts are in another order', -32, 3, 'LONG-N~1.YAM'],
    ['whose part is of another name', -32 + 13, 1, 'LONG-N~1.YAM'],
    ['with a slash in its long name', -32 + 1, 0x2f, 'LONG-N~1.YAM'],
  ])('%s has its 8.3 name', async (_, offset, byte, name) => {
    const { image, entry, paths } = await workbench();
    image.set((await entry('LONG-N~1YAM')) + offset, [byte]);
    expect(await paths()).toContain(name);
  });

  it.each([
    [0x08, 'long-n~1.YAM'],
    [0x10, 'LONG-N~1.yam'],
    [0x18, 'long-n~1.yam'],
  ])('with Windows NT’s %i is in lower case', async (flags, name) => {
    const { image, entry, paths } = await workbench();
    const at = await entry('LONG-N~1YAM');
    image.set(at - 32, [0xe5]);
    image.set(at + 12, [flags]);
    expect(await paths()).toContain(name);
  });

  it('has letters of code page 437, and 05 for the one that marks deleted ones', async () => {
    const { image, entry, paths } = await workbench();
    image.set(await entry('A'), [0x05, 0x8e, 0x99]);
    expect(await paths()).toContain('σÄÖ');
  });

  it('of FAT16 has a cluster’s number of 16 bits, whatever else is there', async () => {
    const { image, entry } = await workbench();
    const before = await readFat(image);
    image.set((await entry('A')) + 20, [1, 2]);
    expect(await readFat(image)).toEqual(before);
  });

  it.each([
    ['hidden', 0x02],
    ['system', 0x04],
    ['read-only', 0x01],
    ['any of these', 0x27],
  ])('that is %s is a file', async (_, attributes) => {
    const { image, entry, paths } = await workbench();
    image.set((await entry('A')) + 11, [attributes]);
    expect(await paths()).toContain('A');
  });

  it.each([
    ['A', [0x2f], 'the name "/"'],
    ['A', [0x20], 'the name ""'],
    ['A', [0x07], 'the name "\\u0007"'],
    ['A', [0x42], 'the path "B" twice'],
  ])('%s that begins with %j is damage', async (alias, bytes, problem) => {
    const { image, entry } = await workbench();
    image.set(await entry(alias), bytes);
    await expect(readFat(image)).rejects.toThrow(problem);
  });
});

describe('the label', () => {
  const name = (label: string) => [...text(label.padEnd(11))];
  const LABEL_IN_BOOT = 43;

  it('is the root’s, else the boot sector’s', async () => {
    const { image, root } = await workbench();
    image.set(LABEL_IN_BOOT, name('BOOT'));
    expect((await readFat(image)).label).toBe('CIDATA');
    image.set(root, name('cidata'));
    expect((await readFat(image)).label).toBe('cidata');
    image.set(root, [0xe5]);
    expect((await readFat(image)).label).toBe('BOOT');
  });

  it('is none where the boot sector says so', async () => {
    const { image, root } = await workbench();
    image.set(root, [0xe5]);
    image.set(LABEL_IN_BOOT, name('NO NAME'));
    expect((await readFat(image)).label).toBe('');
    image.set(LABEL_IN_BOOT, name('BOOT'));
    image.set(38, [0x28]);
    expect((await readFat(image)).label).toBe('');
  });
});

describe('what is read', () => {
  it.each(BALLAST)('of FAT%i is never a content', async (_, bytes) => {
    const files = [...AWKWARD, file('ballast', onHost(bytes))];
    const image = imageFrom(writeFat(files, LABEL));
    const reads: (readonly [number, number])[] = [];
    const volume = await readFat({
      size: image.size,
      read: (at, length) => {
        reads.push([at, at + length]);
        return image.read(at, length);
      },
    });
    const contents = volume.files.flatMap(({ extents }) => extents);
    expect(
      contents.filter((it) => reads.some(([from, to]) => from < it.at + it.length && it.at < to)),
    ).toEqual([]);
  });

  it('is the table that FAT32 says is in use', async () => {
    const image = imageFrom(writeFat([...SEED, file('ballast', onHost(3_000_000_000))], LABEL));
    const boot = Buffer.from(await image.read(0, 512));
    image.set(boot.readUInt16LE(14) * 512 + 8, new Array(64).fill(0));
    await expect(readFat(image)).rejects.toThrow(FatError);
    image.set(40, [0x81]);
    expect((await readFat(image)).files).toHaveLength(4);
    image.set(40, [0x82]);
    await expect(readFat(image)).rejects.toThrow('no allocation table 2');
  });

  it('ends, however large a folder says it is', async () => {
    const boot = Buffer.from(
      await imageFrom(writeFat([file('ballast', onHost(3_000_000_000))], LABEL)).read(0, 512),
    );
    boot[13] = 1;
    boot.writeUInt32LE(0xffff_ffff, 32);
    boot.writeUInt32LE(0x20_0000, 36);
    const table = boot.readUInt16LE(14) * 512;
    // Each cluster leads to the next one, and all hold files without end.
    const endless: Image = {
      size: 2 ** 41,
      async read(at, length) {
        if (at === 0) return boot;
        const bytes = new Uint32Array(length / 4);
        if (at < table + 0x4000_0000)
          return new Uint8Array(bytes.map((_, i) => (at - table) / 4 + i + 1).buffer);
        return new Uint8Array(length).fill(0xe5);
      },
    };
    await expect(readFat(endless)).rejects.toThrow('the root has more than 4096 clusters');
  });
});

describe('a damaged image', () => {
  it('cut short at any point is a FatError', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyFiles,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        async (files, share) => {
          const image = imageFrom(writeFat(files, LABEL));
          expect(await attempt({ ...image, size: Math.floor(share * image.size) })).toBeUndefined();
        },
      ),
    );
  });

  it('of which less can be read than its size is a FatError', async () => {
    const bytes = bytesFrom(AWKWARD);
    for (const length of [0, 100, 512, 600, 5000, 20_000]) {
      expect(await attempt({ ...imageOf(bytes.subarray(0, length)), size: bytes.length })).toBeUndefined();
    }
  });

  it.each(BALLAST)('of FAT%i with any bytes changed is read or is a FatError', async (_, ballast) => {
    const files = [...AWKWARD, file('ballast', onHost(ballast))];
    const sample = imageFrom(writeFat(files, LABEL));
    const { files: stored } = await readFat(sample);
    // All that lies before the contents: boot sector, tables, folders.
    const end = Math.min(...stored.flatMap(({ extents }) => extents.map(({ at }) => at)));
    const at = fc.oneof(
      fc.nat({ max: 100 }),
      fc.nat({ max: end - 1 }),
      fc.nat({ max: Math.min(end, 40_000) }).map((back) => end - 1 - Math.min(back, end - 1)),
    );
    const changes = fc.array(fc.tuple(at, fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 });
    let [read, refused] = [0, 0];
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const before = await Promise.all(list.map(async ([at]) => [...(await sample.read(at, 1))] as const));
        for (const [at, byte] of list) sample.set(at, [byte]);
        if (await attempt(sample)) read++;
        else refused++;
        for (const [i, [at]] of [...list.entries()].reverse()) sample.set(at, before[i] ?? []);
      }),
      { numRuns: 200 },
    );
    expect(await readFat(sample)).toMatchObject({ files: stored });
    expect(Math.min(read, refused)).toBeGreaterThan(0);
  });

  it('with every byte of its boot sector, table and folders changed is read or is a FatError', async () => {
    const files = [...SEED, file('certificates/Größe.pem', '')];
    const small = bytesFrom(files);
    for (let at = 0; at < small.length; at++) {
      const old = small[at] ?? 0;
      for (const byte of [0, 255, old ^ 1]) {
        small[at] = byte;
        await attempt(imageOf(small));
      }
      small[at] = old;
    }
    expect((await readFat(imageOf(small))).files.map(({ path }) => path)).toEqual(
      inOrder(files).map(({ path }) => path),
    );
  });

  const inMemory = (pieces: Pieces) =>
    new Uint8Array(
      Buffer.concat([...pieces].flatMap((piece) => (piece instanceof Uint8Array ? [piece] : []))),
    );
  const iso = inMemory(writeIso([{ path: 'user-data', content: text('x') }], { label: 'cidata' }));

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'ends at byte 0'],
    ['zeros', new Uint8Array(100_000), 'no FAT volume: it has no boot sector'],
    ['a disk with a partition table', withSignature(new Uint8Array(100_000)), 'no FAT volume'],
    ['an ISO', iso, 'no FAT volume'],
  ])('is told from %s', async (_, bytes, problem) => {
    await expect(readFat(imageOf(bytes))).rejects.toThrow(problem);
  });

  it('says how much of it is there', async () => {
    const bytes = bytesFrom(SEED);
    const cut = bytes.subarray(0, bytes.length - 1);
    await expect(readFat(imageOf(cut))).rejects.toThrow(
      `cut short: its FAT volume has ${bytes.length} bytes, the image ${bytes.length - 1}`,
    );
  });

  it('that is followed by anything is none', async () => {
    const longer = new Uint8Array(Buffer.concat([bytesFrom(SEED), text('more')]));
    const { files } = await readFat(imageOf(longer));
    const contents = await Promise.all(files.map((it) => bytesOf(imageOf(longer), it)));
    expect(contents).toEqual(inOrder(SEED).map(({ content }) => content));
  });
});

function withSignature(bytes: Uint8Array): Uint8Array {
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}
