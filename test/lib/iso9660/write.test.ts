import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsoError } from '../../../modules/lib/iso9660/image.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { imageOf, sizeOf, type VolumeFile } from '../../../modules/lib/volume.ts';
import {
  AWKWARD,
  anyFiles,
  file,
  filesIn,
  imageOfPieces,
  LABEL,
  MANY,
  NESTED,
  SEED,
  sorted,
  text,
  written,
} from './files.ts';
import { u32 } from './structure.ts';

describe('what is written is read again', () => {
  it.each([
    ['a seed', SEED],
    ['awkward files', AWKWARD],
    ['many files', MANY],
    ['nested files', NESTED],
    ['no files', []],
  ])('%s', async (_, files) => {
    const image = written(files);
    expect((await readIso(imageOf(image))).label).toBe('cidata');
    expect(await filesIn(image)).toEqual(sorted(files));
  });

  it('any files', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        expect(await filesIn(written(files))).toEqual(sorted(files));
      }),
      { numRuns: 200 },
    );
  });

  it('20,000 files of one directory, and 5,000 directories', async () => {
    const files = [
      ...Array.from({ length: 20_000 }, (_, i) => file(`one/${'alike-'.repeat(7)}${i}`, String(i))),
      ...Array.from({ length: 5000 }, (_, i) => file(`many/${'alike-'.repeat(7)}${i}/x`, String(i))),
    ];
    expect(await filesIn(written(files))).toEqual(sorted(files));
  }, 120_000);

  it('a path of 4,095 bytes', async () => {
    const files = [
      file(`${'d/'.repeat(2047)}f`),
      file(`${`${'é'.repeat(127)}/`.repeat(16)}${'n'.repeat(15)}`),
    ];
    expect(files.map(({ path }) => text(path).length)).toEqual([4095, 4095]);
    expect(await filesIn(written(files))).toEqual(sorted(files));
  });

  it('of each content once: an image has whole sectors, and says how many', () => {
    for (const files of [SEED, AWKWARD, MANY, NESTED]) {
      const image = written(files);
      expect(image.length % 2048).toBe(0);
      expect(u32(image, 16 * 2048 + 80)).toBe(image.length / 2048);
    }
  });
});

describe('contents on the host', () => {
  const size = fc.oneof(fc.constantFrom(0, 1, 2047, 2048, 2049, 0xffff_ffff), fc.nat({ max: 0xffff_ffff }));
  const hosted = anyFiles.chain((files) =>
    fc.array(fc.option(size), { minLength: files.length, maxLength: files.length }).map((sizes) =>
      files.map(({ path, content }, i): VolumeFile => {
        const size = sizes[i];
        return { path, content: typeof size === 'number' ? { source: path, size } : content };
      }),
    ),
  );

  it('are passed on, each where the directories say it is', async () => {
    await fc.assert(
      fc.asyncProperty(hosted, async (files) => {
        const pieces = [...writeIso(files, LABEL)];
        const starts = new Map<number, unknown>();
        let at = 0;
        for (const piece of pieces) {
          starts.set(at, piece);
          at += sizeOf(piece);
        }
        // The image throws where a content on the host is read.
        const volume = await readIso(imageOfPieces(pieces));
        expect(volume.files.map(({ path }) => path).sort()).toEqual(files.map(({ path }) => path).sort());
        for (const { path, size, extents } of volume.files) {
          const { content } = files.find((it) => it.path === path) ?? file('');
          expect(size).toBe(sizeOf(content));
          expect(extents.map(({ at }) => starts.get(at))).toEqual(size === 0 ? [] : [content]);
        }
      }),
    );
  });

  it('take no memory, and may lie beyond 4 GiB', async () => {
    const source = '/srv/images/large';
    const files = ['a', 'b', 'c/d', 'e'].map((path) => ({ path, content: { source, size: 0xffff_ffff } }));
    const pieces = [...writeIso([...files, file('small')], LABEL)];
    const inMemory = pieces
      .filter((piece) => piece instanceof Uint8Array)
      .reduce((sum, it) => sum + it.length, 0);
    expect(inMemory).toBeLessThan(100_000);
    const { files: read } = await readIso(imageOfPieces(pieces));
    expect(read.map(({ size }) => size)).toEqual([...files.map(() => 0xffff_ffff), 5]);
    expect(read[4]?.extents[0]?.at).toBeGreaterThan(4 * 0xffff_ffff);
  });

  it('of 4 GiB are refused', () => {
    const large = { path: 'dir/large', content: { source: '/large', size: 0x1_0000_0000 } };
    expect(() => writeIso([large], LABEL)).toThrow('the file "dir/large" is 4 GiB or more');
  });
});

describe('the same files give the same bytes', () => {
  it('in any order, at any time', () => {
    const shuffled = anyFiles.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        expect(Buffer.compare(written(files), written(others))).toBe(0);
      }),
    );
  });

  // A new digest here means that every seed on every host is rewritten by an update: so it must be meant.
  it('as yesterday', () => {
    expect(createHash('sha256').update(written(SEED)).digest('hex')).toMatchInlineSnapshot(
      `"1832eca082118f94aabcd999c6d54b9f96938057f6e91ee2bb5abae1ef5fe34c"`,
    );
  });

  it('another content, path, label or mode gives others', () => {
    const digest = (image: Uint8Array) => createHash('sha256').update(image).digest('hex');
    const mode = { ...LABEL, fileMode: 0o400 };
    const all = [
      written([file('a', 'x')]),
      written([file('a', 'y')]),
      written([file('b', 'x')]),
      written([file('a/b', 'x')]),
      written([file('a', 'x')], { label: 'other' }),
      written([file('a', 'x')], mode),
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });
});

describe('what an image cannot carry is refused by its path', () => {
  it.each([
    ['', 'has no name'],
    ['/a', 'begins with a slash'],
    ['a//b', 'an empty component'],
    ['a/', 'an empty component'],
    ['.', 'the component "."'],
    ['a/./b', 'the component "."'],
    ['../a', 'the component ".."'],
    ['a\0b', 'a NUL'],
    ['\ud83d', 'half a surrogate pair'],
    [`dir/${'é'.repeat(128)}`, '256 bytes of UTF-8; a name has at most 255'],
    [`${'d/'.repeat(2047)}ff`, '4096 bytes of UTF-8; a path has at most 4095'],
  ])('%j', (path, problem) => {
    expect(() => writeIso([file(path, '')], LABEL)).toThrow(IsoError);
    expect(() => writeIso([file(path, '')], LABEL)).toThrow(problem);
    expect(() => writeIso([file(path, '')], LABEL)).toThrow(JSON.stringify(path));
  });

  it.each([
    [['a', 'a'], 'the file "a" is given twice'],
    [['d/a', 'd/a'], 'the file "d/a" is given twice'],
    [['a', 'a/b'], 'the file "a/b" needs a directory "a" where a file of that name is'],
    // '-' comes before '/', so that the directory isn't the next in order.
    [['a/b/c', 'a', 'a-'], 'the file "a/b/c" needs a directory "a"'],
    [['x/a/b', 'x/a'], 'the file "x/a/b" needs a directory "a"'],
  ])('%j together', (paths, problem) => {
    expect(() =>
      writeIso(
        paths.map((path) => file(path)),
        LABEL,
      ),
    ).toThrow(problem);
  });

  it('more directories than a path table can tell apart', () => {
    const files = Array.from({ length: 65_535 }, (_, i) => file(`${i}/x`, ''));
    expect(() => writeIso(files, LABEL)).toThrow('in 65536 directories; an image has at most 65535');
  });

  it.each(['', 'seventeen letters', 'größe', ' cidata', 'a\nb'])('the label %j', (label) => {
    expect(() => writeIso(SEED, { label })).toThrow(IsoError);
  });
});
