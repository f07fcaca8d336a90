import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsoError } from '../../../modules/lib/iso9660/image.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { type Image, imageOf } from '../../../modules/lib/volume.ts';
import { AWKWARD, anyFiles, file, filesIn, type MemoryFile, NESTED, SEED, sorted, written } from './files.ts';
import { descriptorAt, pathTableOf, u32 } from './structure.ts';

// What the reader makes of damaged bytes: the files, or undefined for an IsoError; anything else is the test's failure.
async function read(bytes: Uint8Array): Promise<MemoryFile[] | undefined> {
  try {
    return await filesIn(bytes);
  } catch (error) {
    if (error instanceof IsoError) return undefined;
    throw error;
  }
}

const lengthAt = (image: Uint8Array, at: number) => u32(image, at + 10);

describe('an image that is cut short', () => {
  it('at any point is an IsoError, or has the same files', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, fc.double({ min: 0, max: 1, noNaN: true }), async (files, share) => {
        const whole = written(files);
        const cut = await read(whole.subarray(0, Math.floor(share * whole.length)));
        if (cut) expect(sorted(cut)).toEqual(sorted(files));
      }),
      { numRuns: 200 },
    );
  });

  it('at each sector is an IsoError that says where it ends', async () => {
    const whole = written(NESTED);
    for (let length = 0; length < whole.length; length += 2048) {
      await expect(readIso(imageOf(whole.subarray(0, length)))).rejects.toThrow(
        `the image ends at byte ${length}`,
      );
    }
  });

  it('at each of the last bytes is an IsoError up to the last file’s end', async () => {
    const small = written(SEED);
    const lastEnd = small.length - 2048 + '#cloud-config\n{}\n'.length;
    for (let length = small.length - 2048; length <= small.length; length++) {
      expect((await read(small.subarray(0, length))) !== undefined).toBe(length >= lastEnd);
    }
  });

  it('while it is read is an IsoError', async () => {
    const whole = written(SEED);
    const shrinking: Image = {
      size: whole.length,
      read: async (at, length) => whole.subarray(at, at + length - 1),
    };
    await expect(readIso(shrinking)).rejects.toThrow('the image ends at byte');
  });
});

describe('an image that is changed', () => {
  it('at any bytes is read or is an IsoError', async () => {
    const image = written([...AWKWARD, ...NESTED.slice(3)]);
    const changes = fc.array(fc.tuple(fc.nat({ max: image.length - 1 - 16 * 2048 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const copy = Uint8Array.from(image);
        for (const [at, byte] of list) copy[16 * 2048 + at] = byte;
        await read(copy);
      }),
      { numRuns: 300 },
    );
  });

  it('at every byte of its descriptors and directories is read or is an IsoError', async () => {
    const small = written([...SEED, file('n'.repeat(200)), file('d/e/f')]);
    let refused = 0;
    const change = async (at: number, byte: number) => {
      const old = small[at] ?? 0;
      small[at] = byte;
      if (!(await read(small))) refused++;
      small[at] = old;
    };
    const roots = [16, 17].flatMap((sector) => pathTableOf(small, descriptorAt(small, sector), 'L'));
    const spans = [
      [16 * 2048, 16 * 2048 + 256],
      [17 * 2048, 17 * 2048 + 256],
      ...roots.map(({ sector }) => [sector * 2048, sector * 2048 + 1024]),
      // The root's continuation areas.
      ...roots.slice(0, 1).map(({ sector }) => [(sector + 1) * 2048, (sector + 1) * 2048 + 512]),
    ];
    for (const [from = 0, to = 0] of spans) {
      for (let at = from; at < to; at++) {
        for (const byte of [0, 255, (small[at] ?? 0) ^ 1]) await change(at, byte);
      }
    }
    expect(refused).toBeGreaterThan(500);
  });

  it('in one of a number’s two byte orders says so', async () => {
    const copy = written(SEED);
    const sector = u32(copy, 16 * 2048 + 158);
    copy[16 * 2048 + 158] = 77;
    await expect(readIso(imageOf(copy))).rejects.toThrow(
      `a file's extent is 77 in one byte order and ${sector} in the other`,
    );
  });
});

describe('an image that would never end', () => {
  const both = (value: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(value, 0);
    bytes.writeUInt32BE(value, 4);
    return bytes;
  };

  it('since a directory lies in itself is damaged', async () => {
    const copy = written([file('a/b/c')]);
    const [root, , inner] = pathTableOf(copy, descriptorAt(copy, 16), 'L');
    const at = Buffer.from(copy).indexOf('\x01B', (inner?.sector ?? 0) * 2048 - 2048 * 2, 'latin1') - 32;
    expect(u32(copy, at + 2)).toBe(inner?.sector);
    copy.set(both(root?.sector ?? 0), at + 2);
    await expect(readIso(imageOf(copy))).rejects.toThrow('its directories form a circle');
  });

  it('since its continuation areas follow one another in a circle is damaged', async () => {
    const copy = Buffer.from(written([file('n'.repeat(200))]));
    const ce = copy.indexOf('CE\x1c\x01', 0, 'latin1');
    const area = u32(copy, ce + 4) * 2048 + u32(copy, ce + 12);
    // The area becomes the CE itself.
    copy.copy(copy, area, ce, ce + 28);
    both(28).copy(copy, ce + 20);
    both(28).copy(copy, area + 20);
    await expect(readIso(imageOf(copy))).rejects.toThrow('continuation areas form a circle');
  });

  it('since its directories are larger than memory is refused before they are read', async () => {
    const image = written(SEED);
    const root = 16 * 2048 + 156;
    expect(lengthAt(image, root)).toBe(2048);
    image.set(both(0x8000_0000), root + 10);
    const endless: Image = {
      size: 2 ** 40,
      read: async (at, length) => {
        if (length > 65_536) throw new Error(`${length} bytes were read at once`);
        return image.subarray(at, at + length);
      },
    };
    await expect(readIso(endless)).rejects.toThrow('over 64 MiB');
  });
});

describe('what is not an image', () => {
  it('is recognised', async () => {
    await expect(filesIn(new Uint8Array())).rejects.toThrow('the image ends at byte 0');
    await expect(filesIn(new Uint8Array(100_000))).rejects.toThrow('not an ISO 9660 image');
  });
});
