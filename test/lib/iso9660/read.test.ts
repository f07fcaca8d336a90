import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsoError, type IsoFile } from '../../../modules/lib/iso9660/image.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { AWKWARD, anyFiles, file, SEED, sorted } from './files.ts';

const LABEL = { label: 'cidata' };

// What the reader makes of damaged bytes: the files, or undefined for an IsoError; anything else is the test's failure.
function read(bytes: Uint8Array): IsoFile[] | undefined {
  try {
    return readIso(bytes).files;
  } catch (error) {
    if (error instanceof IsoError) return undefined;
    throw error;
  }
}

const without = (image: Uint8Array, signature: string) => {
  const copy = Buffer.from(image);
  for (let at = copy.indexOf(signature); at >= 0; at = copy.indexOf(signature, at)) copy.write('ZZ', at);
  return new Uint8Array(copy);
};

describe('names', () => {
  const image = writeIso(
    [file('user-data'), file('Größe.txt'), file(`${'n'.repeat(70)}.yaml`), file('a*b')],
    LABEL,
  );
  const names = (bytes: Uint8Array) =>
    readIso(bytes)
      .files.map(({ name }) => name)
      .sort();

  it('are Rock Ridge’s', () => {
    expect(names(image)).toEqual(['Größe.txt', 'a*b', `${'n'.repeat(70)}.yaml`, 'user-data']);
  });

  it('are Joliet’s where there is no Rock Ridge', () => {
    expect(names(without(image, 'SP\x07'))).toEqual([
      'Größe.txt',
      'a_b',
      `${'n'.repeat(59)}.yaml`,
      'user-data',
    ]);
  });

  it('are plain where there is neither', () => {
    expect(names(without(without(image, 'SP\x07'), '%/E'))).toEqual([
      'A_B',
      'GR__E.TXT',
      `${'N'.repeat(26)}.YAML`,
      'USER_DATA',
    ]);
  });

  it('that are alike once shortened are numbered', () => {
    const alike = writeIso([file('User-Data'), file('user-data'), file('user_data')], LABEL);
    expect(names(without(without(alike, 'SP\x07'), '%/E'))).toEqual([
      'USER_DATA_000',
      'USER_DATA_001',
      'USER_DATA_002',
    ]);
  });
});

describe('a damaged image', () => {
  const image = writeIso(AWKWARD, LABEL);

  it('cut short at any point is an IsoError, or has the same files', () => {
    fc.assert(
      fc.property(anyFiles, fc.double({ min: 0, max: 1, noNaN: true }), (files, share) => {
        const whole = writeIso(files, LABEL);
        const cut = read(whole.subarray(0, Math.floor(share * whole.length)));
        if (cut) expect(sorted(cut)).toEqual(sorted(files));
      }),
      { numRuns: 300 },
    );
  });

  it('cut short at each of the last bytes is an IsoError up to the last file’s end', () => {
    const small = writeIso(SEED, LABEL);
    const lastEnd = small.length - 2048 + '#cloud-config\n{}\n'.length;
    for (let length = small.length - 2048; length <= small.length; length++) {
      expect(read(small.subarray(0, length)) !== undefined).toBe(length >= lastEnd);
    }
  });

  it('with any bytes changed is read or is an IsoError', () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: image.length - 1 - 16 * 2048 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(changes, (list) => {
        const copy = Uint8Array.from(image);
        for (const [at, byte] of list) copy[16 * 2048 + at] = byte;
        read(copy);
      }),
      { numRuns: 500 },
    );
  });

  it('with every byte of its directories and descriptors changed is read or is an IsoError', () => {
    const small = writeIso([...SEED, file('n'.repeat(200))], LABEL);
    for (let at = 16 * 2048; at < small.length; at++) {
      const old = small[at] ?? 0;
      for (const byte of [0, 255, old ^ 1]) {
        small[at] = byte;
        read(small);
      }
      small[at] = old;
    }
  });

  it('is told from anything else', () => {
    expect(() => readIso(new Uint8Array())).toThrow('the image ends at byte 0');
    expect(() => readIso(new Uint8Array(100_000))).toThrow('no ISO 9660 image');
  });

  it('whose numbers differ in their two byte orders says so', () => {
    const copy = Uint8Array.from(image);
    copy[16 * 2048 + 158] = 77;
    expect(() => readIso(copy)).toThrow("a file's place is 77 in one byte order and 23 in the other");
  });
});
