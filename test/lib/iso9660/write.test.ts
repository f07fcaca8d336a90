import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsoError } from '../../../modules/lib/iso9660/image.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { AWKWARD, anyFiles, file, MANY, SEED, sorted } from './files.ts';

const LABEL = { label: 'cidata' };
const u32 = (bytes: Uint8Array, at: number, little = true) =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, little);

describe('what is written is read again', () => {
  it.each([
    ['a seed', SEED],
    ['awkward files', AWKWARD],
    ['many files', MANY],
    ['no files', []],
  ])('%s', (_, files) => {
    const { label, files: read } = readIso(writeIso(files, LABEL));
    expect(label).toBe('cidata');
    expect(sorted(read)).toEqual(sorted(files));
  });

  it('any files', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        expect(sorted(readIso(writeIso(files, LABEL)).files)).toEqual(sorted(files));
      }),
    );
  });

  it('of each content once: an image has whole sectors, and says how many', () => {
    for (const files of [SEED, AWKWARD, MANY]) {
      const image = writeIso(files, LABEL);
      expect(image.length % 2048).toBe(0);
      expect(u32(image, 16 * 2048 + 80)).toBe(image.length / 2048);
    }
  });
});

describe('the same files give the same bytes', () => {
  it('in any order, at any time', () => {
    const shuffled = anyFiles.chain((files) =>
      fc.tuple(fc.constant(files), fc.shuffledSubarray(files, { minLength: files.length })),
    );
    fc.assert(
      fc.property(shuffled, ([files, others]) => {
        expect(Buffer.compare(writeIso(files, LABEL), writeIso(others, LABEL))).toBe(0);
      }),
    );
  });

  // A new digest here means that every seed on every host is rewritten by an update: so it must be meant.
  it('as yesterday', () => {
    expect(createHash('sha256').update(writeIso(SEED, LABEL)).digest('hex')).toMatchInlineSnapshot(
      `"1832eca082118f94aabcd999c6d54b9f96938057f6e91ee2bb5abae1ef5fe34c"`,
    );
  });

  it('another content, name, label or mode gives others', () => {
    const digest = (image: Uint8Array) => createHash('sha256').update(image).digest('hex');
    const all = [
      writeIso([file('a', 'x')], LABEL),
      writeIso([file('a', 'y')], LABEL),
      writeIso([file('b', 'x')], LABEL),
      writeIso([file('a', 'x')], { label: 'other' }),
      writeIso([file('a', 'x')], { ...LABEL, fileMode: 0o400 }),
    ];
    expect(new Set(all.map(digest)).size).toBe(all.length);
  });
});

describe('the parts of an image', () => {
  const image = writeIso(SEED, LABEL);
  const volumes = [
    ['primary', 16],
    ['Joliet', 17],
  ] as const;

  it.each(volumes)('the path tables of the %s volume name its root in both byte orders', (_, sector) => {
    const descriptor = image.subarray(sector * 2048, (sector + 1) * 2048);
    const root = u32(descriptor, 156 + 2);
    expect(u32(descriptor, 132)).toBe(10);
    const table = (at: number) => [...image.subarray(at * 2048, at * 2048 + 12)];
    expect(table(u32(descriptor, 140))).toEqual([1, 0, root, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(table(u32(descriptor, 148, false))).toEqual([1, 0, 0, 0, 0, root, 0, 1, 0, 0, 0, 0]);
  });

  it.each(volumes)('the root of the %s volume has a record for each file, in order', (volume, sector) => {
    const many = writeIso([...AWKWARD, ...MANY], LABEL);
    const descriptor = many.subarray(sector * 2048, (sector + 1) * 2048);
    const identifiers: string[] = [];
    const root = many.subarray(u32(descriptor, 158) * 2048).subarray(0, u32(descriptor, 166));
    for (let at = 0; at < root.length; ) {
      const length = root[at] ?? 0;
      if (length === 0) at = (Math.floor(at / 2048) + 1) * 2048;
      else
        identifiers.push(Buffer.from(root.subarray(at + 33, at + 33 + (root[at + 32] ?? 0))).toString('hex'));
      at += length;
    }
    const [self, parent, ...files] = identifiers;
    expect([self, parent]).toEqual(['00', '01']);
    expect(files.length).toBe(AWKWARD.length + MANY.length);
    expect(new Set(files).size).toBe(files.length);
    // ECMA-119, 9.3: the shorter name and extension are filled with spaces, then compared byte by byte.
    const filled = (hex: string) => {
      const [, stem = '', extension = ''] = /^(.*)\.(.*);1$/.exec(Buffer.from(hex, 'hex').toString()) ?? [];
      return stem.padEnd(30) + extension.padEnd(8);
    };
    if (volume === 'primary') expect(files.map(filled)).toEqual(files.map(filled).sort());
  });
});

describe('what an image cannot carry is refused by name', () => {
  it.each([
    ['', 'is not a name'],
    ['.', 'is not a name'],
    ['..', 'is not a name'],
    ['a/b', 'has a slash'],
    ['a\0b', 'has a slash or a NUL'],
    ['\ud83d', 'half a surrogate pair'],
    ['é'.repeat(128), '256 bytes of UTF-8'],
  ])('the name %j', (name, problem) => {
    expect(() => writeIso([file(name, '')], LABEL)).toThrow(IsoError);
    expect(() => writeIso([file(name, '')], LABEL)).toThrow(problem);
  });

  it('a name twice', () => {
    expect(() => writeIso([file('a', '1'), file('a', '2')], LABEL)).toThrow('"a" is there twice');
  });

  it.each(['', 'seventeen letters', 'größe', ' cidata', 'a\nb'])('the label %j', (label) => {
    expect(() => writeIso(SEED, { label })).toThrow(IsoError);
  });
});
