import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEAD, isDescriptor, isDisk, kindOf } from '../../../../modules/lib/disk/formats/detect.ts';
import { headerLength, qcow2Of } from '../../../../modules/lib/disk/formats/qcow2.ts';
import { ascii, HEADS, type Qcow2Header, qcow2Header, vmdkHeader } from '../headers.ts';

const noise = fc.uint8Array({ minLength: 0, maxLength: 600 });

describe('what a file is', () => {
  it.each(Object.entries(HEADS))('is seen from its first bytes: %s', (name, head) => {
    const [kind] = name.split(' ');
    expect(kindOf(head)).toBe(kind);
    expect(isDisk(kindOf(head))).toBe(['qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'].includes(kind ?? ''));
  });

  it('is raw, where nothing tells it apart', () => {
    fc.assert(
      fc.property(noise, (head) => {
        // Of noise, what begins as one of the heads by chance is that.
        const alike = Object.values(HEADS).some((known) => known[0] === head[0] && known[1] === head[1]);
        fc.pre(!alike && head[0x40] !== 0x7f && head[257] !== 0x75);
        return kindOf(head) === 'raw' && !isDescriptor(head) && qcow2Of(head) === undefined;
      }),
    );
  });

  it('is not recognised by a signature that is cut short, or at another offset', () => {
    for (const [name, head] of Object.entries(HEADS)) {
      const last = name.startsWith('tar') ? 261 : name === 'vdi' ? 0x43 : 1;
      expect(kindOf(head.subarray(0, last)), name).toBe('raw');
      expect(kindOf(Uint8Array.of(0, ...head)), name).toBe('raw');
    }
  });

  it('is not bzip2 with another first block, or an unknown level', () => {
    expect(kindOf(ascii('BZh91234567'))).toBe('raw');
    expect(kindOf((HEADS.bz2 as Uint8Array).map((byte, at) => (at === 3 ? 0x30 : byte)))).toBe('raw');
  });
});

describe('a qcow2', () => {
  const header = fc.record({
    version: fc.constantFrom(2, 3),
    size: fc.integer({ min: 0, max: 2 ** 52 }),
    clusterBits: fc.integer({ min: 9, max: 21 }),
    incompatible: fc.bigInt({ min: 0n, max: 31n }),
    backing: fc.option(fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme' }), { nil: undefined }),
    backingFormat: fc.option(fc.constantFrom('raw', 'qcow2', 'vmdk'), { nil: undefined }),
    dataFile: fc.option(fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme-ascii' }), {
      nil: undefined,
    }),
    backingAt: fc.integer({ min: 500, max: 9000 }),
  });

  const isExternal = ({ version, incompatible }: { version: number; incompatible: bigint }) =>
    version === 3 && (incompatible & 4n) === 4n;

  it('says its size, its clusters and what other files it needs', () => {
    fc.assert(
      fc.property(header, (given) => {
        const file = qcow2Header(given);
        const head = file.subarray(0, headerLength(file.subarray(0, HEAD)));
        expect(qcow2Of(head)).toEqual({
          size: given.size,
          clusterSize: 2 ** given.clusterBits,
          backing: given.backing,
          backingFormat: given.backing === undefined ? undefined : given.backingFormat,
          dataFile: isExternal(given) ? given.dataFile : undefined,
          // Bit 2 of the incompatible features, which the second version hasn't.
          external: isExternal(given),
        });
      }),
    );
  });

  it('is not believed to need no other file, where the name of one is further on', () => {
    const far = qcow2Header({ backing: '/etc/shadow', backingAt: 60_000 });
    expect(qcow2Of(far.subarray(0, HEAD))).toBeUndefined();
    expect(headerLength(far.subarray(0, HEAD))).toBe(60_011);
    expect(qcow2Of(far)?.backing).toBe('/etc/shadow');
  });

  it('has no header where it is cut short, or of another version', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 103 }), (length) => {
        expect(qcow2Of(qcow2Header().subarray(0, length))).toBeUndefined();
      }),
    );
    expect(qcow2Of(qcow2Header({ version: 2 }).subarray(0, 71))).toBeUndefined();
    expect(qcow2Of(qcow2Header({ version: 2 }).subarray(0, 72))).toBeDefined();
    for (const version of [0, 1, 4]) expect(qcow2Of(qcow2Header({ version }))).toBeUndefined();
  });

  it('never has more read of it than its first cluster, whatever it says', () => {
    const liar = qcow2Header({ backing: 'x', length: HEAD });
    new DataView(liar.buffer).setUint32(16, 0xffffffff);
    expect(headerLength(liar)).toBeLessThanOrEqual(2 * 1024 ** 2);
    expect(qcow2Of(liar)).toBeUndefined();
  });
});

describe('what a qcow2 says of other files', () => {
  const said = (given: Qcow2Header, change: (view: DataView) => void = () => undefined) => {
    const file = qcow2Header(given);
    change(new DataView(file.buffer));
    return qcow2Of(file);
  };

  it('is read as QEMU reads it, in C', () => {
    expect(said({ backing: '/a\0b', backingFormat: 'raw\0qcow2' })).toMatchObject({
      backing: '/a',
      backingFormat: 'raw',
    });
    expect(said({ backing: '\ufeff/a' })?.backing).toBe('\ufeff/a');
    expect(said({ backing: '\0' })?.backing).toBeUndefined();
  });

  it('ends where the name of the backing file begins, and where an extension is cut short', () => {
    const given = { backing: '/a', backingFormat: 'qcow2' };
    expect(said({ ...given, backingAt: 72 })?.backingFormat).toBeUndefined();
    expect(said(given, (view) => view.setUint32(108, 0x7fff_ffff))?.backingFormat).toBeUndefined();
    expect(said(given, (view) => view.setUint32(100, 0xffff_ffff))?.backingFormat).toBeUndefined();
    expect(said(given, (view) => view.setUint32(104, 0))?.backingFormat).toBeUndefined();
  });
});

describe('a vmdk', () => {
  it('describes other files as a text, or without a capacity', () => {
    expect(isDescriptor(vmdkHeader(2048))).toBe(false);
    expect(isDescriptor(vmdkHeader(0))).toBe(true);
    expect(isDescriptor(HEADS['vmdk as a text'] as Uint8Array)).toBe(true);
    expect(isDescriptor(HEADS.qcow2 as Uint8Array)).toBe(false);
  });
});
