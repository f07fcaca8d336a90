import { describe, expect, it } from 'vitest';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { imageOf } from '../../../modules/lib/volume.ts';
import { digests, file, filesIn, type MemoryFile, SEED, text, written } from './files.ts';
import { u32 } from './structure.ts';

/** The image with bytes changed wherever others are. */
function patched(image: Uint8Array, ...changes: readonly (readonly [string, string])[]): Uint8Array {
  const copy = Buffer.from(image);
  for (const [from, to] of changes) {
    const at = copy.indexOf(from, 0, 'latin1');
    if (at < 0) throw new Error(`there is no ${JSON.stringify(from)}`);
    for (let next = at; next >= 0; next = copy.indexOf(from, next + 1, 'latin1'))
      copy.write(to, next, 'latin1');
  }
  return new Uint8Array(copy);
}

/** The image with one sector written over. */
function withSector(image: Uint8Array, sector: number, content: string): Uint8Array {
  const copy = Uint8Array.from(image);
  copy.fill(0, sector * 2048, (sector + 1) * 2048);
  copy.set(Buffer.from(content, 'latin1'), sector * 2048);
  return copy;
}

const NO_ROCK_RIDGE = ['SP\x07', 'ZZ\x07'] as const;
const NO_JOLIET = ['%/E', 'ZZZ'] as const;

const paths = async (bytes: Uint8Array) => (await readIso(imageOf(bytes))).files.map(({ path }) => path);

describe('names', () => {
  const image = written([
    file('dir.d/user-data'),
    file('Größe.txt'),
    file(`${'n'.repeat(70)}.yaml`),
    file('a*b'),
    file('\uffee'),
    file('🦊'),
  ]);

  it('are Rock Ridge’s, in the order of code points', async () => {
    expect(await paths(image)).toEqual([
      'Größe.txt',
      'a*b',
      'dir.d/user-data',
      `${'n'.repeat(70)}.yaml`,
      '\uffee',
      '🦊',
    ]);
  });

  it('are Joliet’s where there is no Rock Ridge', async () => {
    expect(await paths(patched(image, NO_ROCK_RIDGE))).toEqual([
      'Größe.txt',
      'a_b',
      'dir.d/user-data',
      `${'n'.repeat(59)}.yaml`,
      '\uffee',
      '🦊',
    ]);
  });

  it('are Joliet’s where another extension than Rock Ridge uses System Use', async () => {
    expect(await paths(patched(image, ['PX', 'ZZ']))).toContain('a_b');
  });

  it('are plain where there is neither, in small letters as Linux shows them', async () => {
    expect(await paths(patched(image, NO_ROCK_RIDGE, NO_JOLIET))).toEqual([
      '__000',
      '__001',
      'a_b',
      'dir_d/user_data',
      'gr__e.txt',
      `${'n'.repeat(26)}.yaml`,
    ]);
  });

  it('of Joliet end in no dot, which 7-Zip and Windows leave out', async () => {
    const dots = written([file('a'), file('a.'), file('d./x'), file(`${'n'.repeat(63)}.${'x'.repeat(70)}.`)]);
    const found = await paths(patched(dots, NO_ROCK_RIDGE));
    expect(found).toEqual(['a', 'a_', 'd_/x', `${'n'.repeat(63)}_`]);
  });

  it('that are alike once shortened are numbered', async () => {
    const alike = written([file('User-Data'), file('user-data'), file('user_data/x')]);
    expect(await paths(patched(alike, NO_ROCK_RIDGE, NO_JOLIET))).toEqual([
      'user_data_000',
      'user_data_001',
      'user_data_002/x',
    ]);
  });

  it('with a version are without it in Joliet’s names', async () => {
    const versioned = patched(written([file('user-data-1', 'x')]), NO_ROCK_RIDGE, ['\0-\x001', '\0;\x001']);
    expect(await paths(versioned)).toEqual(['user-data']);
  });

  it('that aren’t UTF-8 are unique', async () => {
    const one = await paths(patched(written([file('é')]), ['\xc3\xa9', '\xc3A']));
    const other = await paths(patched(written([file('é')]), ['\xc3\xa9', '\xc4A']));
    expect(one).not.toEqual(other);
    expect(text(one[0] ?? '')).toEqual(text('\ufffdA'));
  });

  it.each(['/', '\0'])('with %j are damage', async (char) => {
    const image = patched(written([file('a=b', '')]), ['a=b', `a${char}b`]);
    await expect(paths(image)).rejects.toThrow('is not a valid file name');
  });

  it('twice are an error', async () => {
    const image = patched(written([file('d/one=1'), file('d/one=2')]), ['one=2', 'one=1']);
    await expect(paths(image)).rejects.toThrow('has the file "d/one=1" twice');
  });
});

describe('the label', () => {
  it('is read without what fills it', async () => {
    const label = async (bytes: Uint8Array) => (await readIso(imageOf(bytes))).label;
    const image = written(SEED, { label: 'My Label' });
    expect(await label(image)).toBe('My Label');
    const nuls = Uint8Array.from(image);
    nuls.fill(0, 16 * 2048 + 48, 16 * 2048 + 72);
    expect(await label(nuls)).toBe('My Label');
  });
});

describe('descriptors of others', () => {
  const image = written(SEED);

  it('are passed over, and a terminator may be missing', async () => {
    for (const other of [
      '\0CD001\x01EL TORITO',
      '\x03CD001\x01',
      '\0BEA01\x01',
      '\0NSR03\x01',
      '\0TEA01\x01',
    ]) {
      const bytes = withSector(withSector(image, 17, other), 18, '\0BEA01\x01');
      expect(digests(await filesIn(bytes))).toEqual(digests(SEED));
    }
  });

  it('alone are no image', async () => {
    await expect(filesIn(withSector(image, 16, '\0BEA01\x01'))).rejects.toThrow(
      'no primary volume descriptor',
    );
    await expect(filesIn(withSector(image, 16, '\x01CDROM'))).rejects.toThrow('not an ISO 9660 image');
  });

  it('without end are no image', async () => {
    const endless = Buffer.alloc(2048 * 1000);
    for (let at = 16 * 2048; at < endless.length; at += 2048) endless.write('\0CD001\x01', at, 'latin1');
    await expect(filesIn(endless)).rejects.toThrow('no primary volume descriptor');
  });

  it('with other blocks than sectors are refused', async () => {
    const copy = Uint8Array.from(image);
    copy.set([0, 2, 2, 0], 16 * 2048 + 128);
    await expect(filesIn(copy)).rejects.toThrow('logical blocks of 512 bytes');
  });
});

// The records of the primary volume's root and of the named file in it.
const rootOf = (image: Uint8Array) => u32(image, 16 * 2048 + 158) * 2048;
function recordOf(image: Uint8Array, identifier: string): number {
  const at = Buffer.from(image).indexOf(identifier, rootOf(image), 'latin1') - 33;
  if (at < 0) throw new Error(`there is no ${identifier}`);
  return at;
}

function withFlag(image: Uint8Array, identifier: string, flag: number): Uint8Array {
  const copy = Uint8Array.from(image);
  const at = recordOf(copy, identifier) + 25;
  copy[at] = (copy[at] ?? 0) | flag;
  return copy;
}

describe('a file of several extents', () => {
  // Two files that follow one another become two extents of the first.
  const two = [
    { path: 'part=1', content: new Uint8Array(4096).fill(1) },
    { path: 'part=2', content: new Uint8Array(100).fill(2) },
    file('zz'),
  ];
  const image = withFlag(written(two), 'PART_1.;1', 0x80);

  it('is one, in order', async () => {
    const joined = patched(image, ['PART_2.;1', 'PART_1.;1'], ['part=2', 'part=1']);
    const { files } = await readIso(imageOf(joined));
    expect(files[0]).toMatchObject({
      path: 'part=1',
      size: 4196,
      extents: [{ length: 4096 }, { length: 100 }],
    });
    const [first, second]: MemoryFile[] = await filesIn(joined);
    expect(first?.content).toEqual(Uint8Array.from([...new Array(4096).fill(1), ...new Array(100).fill(2)]));
    expect(second).toEqual(file('zz'));
  });

  it('of which the last is missing is damaged', async () => {
    await expect(filesIn(image)).rejects.toThrow('the last extent of the file "part=1" is missing');
    await expect(filesIn(withFlag(image, 'ZZ.;1', 0x80))).rejects.toThrow('is missing');
    await expect(filesIn(withFlag(written([file('zz')]), 'ZZ.;1', 0x80))).rejects.toThrow('"zz" is missing');
  });
});

describe('files of other kinds', () => {
  const image = written([...SEED, file('d/other', 'x')]);
  // The mode in PX, in both byte orders.
  const asMode = (mode: number) => {
    const px = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt32LE(value, 0);
      bytes.writeUInt32BE(value, 4);
      return bytes.toString('latin1');
    };
    const record = recordOf(image, 'OTHER.;1');
    const copy = Buffer.from(image);
    const at = copy.indexOf(px(0o100444), record, 'latin1');
    copy.write(px(mode), at, 'latin1');
    return new Uint8Array(copy);
  };

  it.each([
    [0o120777, 'a symbolic link'],
    [0o020600, 'a character device'],
    [0o060600, 'a block device'],
    [0o010600, 'a named pipe'],
    [0o140600, 'a socket'],
    [0o000644, 'has a mode of another type than its record'],
    [0o040755, 'has a mode of another type than its record'],
  ])('of mode %o are told by their kind, and not taken for files', async (mode, kind) => {
    expect(digests(await filesIn(asMode(0o100600)))).toEqual(digests(await filesIn(image)));
    await expect(filesIn(asMode(mode))).rejects.toThrow(kind);
    await expect(filesIn(asMode(mode))).rejects.toThrow('"d/other"');
  });

  it.each([
    ['ZF', 'is compressed by zisofs'],
    ['Z2', 'is compressed by zisofs'],
    ['SF', 'is recorded as a sparse file'],
    ['SL', 'is a symbolic link'],
  ])('with the entry %s aren’t taken for what lies there', async (signature, problem) => {
    const copy = Buffer.from(image);
    copy.write(signature, copy.indexOf('PX', recordOf(image, 'OTHER.;1')), 'latin1');
    await expect(filesIn(copy)).rejects.toThrow(problem);
  });

  it('that are associated, as Apple’s forks are, aren’t listed; hidden ones are', async () => {
    const told = digests(await filesIn(withFlag(image, 'USER_DATA.;1', 4)));
    expect(Object.keys(told)).toEqual(['d/other', 'meta-data', 'network-config']);
    expect(digests(await filesIn(withFlag(image, 'USER_DATA.;1', 1)))).toEqual(digests(await filesIn(image)));
  });

  it('with gaps between their bytes are refused', async () => {
    const copy = Uint8Array.from(image);
    copy[recordOf(copy, 'USER_DATA.;1') + 26] = 1;
    await expect(filesIn(copy)).rejects.toThrow('"user-data" of the image is interleaved');
  });

  it('lie behind their extended attribute records', async () => {
    const copy = Uint8Array.from(image);
    const at = recordOf(copy, 'USER_DATA.;1');
    const place = u32(copy, at + 2) - 1;
    copy[at + 1] = 1;
    copy.set([place, 0, 0, 0, 0, 0, 0, place], at + 2);
    expect(digests(await filesIn(copy))).toEqual(digests(await filesIn(image)));
  });
});
