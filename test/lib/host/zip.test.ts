import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { crc32 } from '../../../modules/lib/host/crc32.ts';
import { zipEntries } from '../../../modules/lib/host/zip.ts';
import { all } from '../disk/fake.ts';

const work = mkdtempSync(join(tmpdir(), 'piecewise-zip-'));
afterAll(() => rmSync(work, { recursive: true }));

interface File {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly packed?: boolean;
  /** Sizes and checksum come behind the content, as from a program that writes to a pipe. */
  readonly described?: boolean;
  /** The type and permissions of its inode; 0 for an archive that was made elsewhere. */
  readonly mode?: number;
  readonly encrypted?: boolean;
  readonly sum?: number;
}

const little = (...numbers: readonly (readonly [number, 2 | 4])[]) =>
  Buffer.concat(
    numbers.map(([value, size]) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntLE(value, 0, size);
      return bytes;
    }),
  );

/** APPNOTE.TXT, 4.3: files, the central directory, and its end. */
function zip(files: readonly File[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, packed, described, mode = 0, encrypted, sum = crc32(bytes) } of files) {
    // What is encrypted has a header of its own (6.1.3).
    const plain = encrypted ? Buffer.concat([Buffer.alloc(12), bytes]) : Buffer.from(bytes);
    const content = packed ? deflateRawSync(bytes) : plain;
    const flags = (described ? 8 : 0) | (encrypted ? 1 : 0) | 0x800;
    const sums = [[sum, 4] as const, [content.length, 4] as const, [bytes.length, 4] as const];
    const blank = [[0, 4] as const, [0, 4] as const, [0, 4] as const];
    const common = [[20, 2] as const, [flags, 2] as const, [packed ? 8 : 0, 2] as const, [0, 4] as const];
    const length = Buffer.byteLength(name);
    const local = Buffer.concat([
      little([0x04034b50, 4], ...common, ...(described ? blank : sums), [length, 2], [0, 2]),
      Buffer.from(name),
      content,
      ...(described ? [little([0x08074b50, 4], ...sums)] : []),
    ]);
    const made = mode ? 3 << 8 : 0;
    directory.push(
      little(
        [0x02014b50, 4],
        [made | 20, 2],
        ...common,
        ...sums,
        [length, 2],
        [0, 2],
        [0, 2],
        [0, 2],
        [0, 2],
      ),
      little([(mode << 16) >>> 0, 4], [at, 4]),
      Buffer.from(name),
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const count = files.length;
  const end = little(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [central.length, 4],
    [at, 4],
    [0, 2],
  );
  return Buffer.concat([...parts, central, end]);
}

async function read(archive: Uint8Array) {
  const path = join(work, 'archive');
  writeFileSync(path, archive);
  const found: { name: string; bytes: Uint8Array }[] = [];
  for await (const { name, size, content } of zipEntries(path)) {
    const bytes = await all(content);
    expect(bytes.length).toBe(size);
    found.push({ name, bytes });
  }
  return found;
}

const bytes = Buffer.from('the content of a disk '.repeat(50));

describe('a zip archive', () => {
  it('gives its files, however they are in it', async () => {
    const file = fc.record({
      name: fc.constantFrom('a', 'b/c', 'ä', 'a b\n'),
      bytes: fc.uint8Array({ maxLength: 300 }),
      packed: fc.boolean(),
      described: fc.boolean(),
      mode: fc.constantFrom(0, 0o100644),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 4 }), async (files) => {
        const found = await read(zip(files));
        expect(found.map((one) => ({ name: one.name, bytes: [...one.bytes] }))).toEqual(
          files.map((one) => ({ name: one.name, bytes: [...one.bytes] })),
        );
      }),
    );
  });

  it('gives neither directories nor links', async () => {
    const link = { name: 'link', bytes: Buffer.from('/etc/shadow'), mode: 0o120777 };
    const found = await read(zip([{ name: 'd/', bytes: Buffer.of() }, link, { name: 'f', bytes }]));
    expect(found.map(({ name }) => name)).toEqual(['f']);
  });

  it.each([
    ['a content that was changed', { name: 'f', bytes, sum: 1 }, 'f in it is damaged'],
    [
      'a content that is encrypted',
      { name: 'f', bytes, encrypted: true },
      'f in it is encrypted: unpack it first',
    ],
    [
      'a name that leads away',
      { name: '../f', bytes },
      "the zip archive can't be read: invalid relative path",
    ],
    ['a name from the root', { name: '/f', bytes }, "the zip archive can't be read: absolute path"],
  ])('is refused: %s', async (_, file, message) => {
    await expect(read(zip([file]))).rejects.toThrow(message);
  });

  it('that is damaged anywhere is refused, or gives what was in it', async () => {
    const archive = zip([{ name: 'f', bytes, packed: true }]);
    await fc.assert(
      fc.asyncProperty(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(archive).map((byte, i) => (i === at ? byte ^ change : byte));
        const found = await read(damaged).catch((error: Error) => error);
        if (found instanceof Error) expect(found.name).toBe('Failure');
        else for (const one of found) expect(Buffer.from(one.bytes)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });
});

describe('crc32', () => {
  it('is the one of zip, of a whole as of its parts', () => {
    // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms.
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (one, two) => {
        expect(crc32(two, crc32(one))).toBe(crc32(Buffer.concat([one, two])));
      }),
    );
  });
});
