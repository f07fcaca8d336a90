// The first bytes of disks, made by hand from the specifications that modules/lib/disk/kind.ts names.

const bytes = (length: number, fill: (view: DataView, all: Uint8Array) => void): Uint8Array => {
  const all = new Uint8Array(length);
  fill(new DataView(all.buffer), all);
  return all;
};

export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

export interface Qcow2Header {
  readonly version?: number;
  readonly size?: number;
  readonly clusterBits?: number;
  readonly backing?: string | undefined;
  readonly backingFormat?: string | undefined;
  /** The file that has its content. */
  readonly dataFile?: string | undefined;
  /** Where the name of the backing file is. */
  readonly backingAt?: number;
  readonly incompatible?: bigint;
  /** Bytes of the file. */
  readonly length?: number;
}

// "Header extensions": a type, a length, and the content, filled up to eight bytes.
function extension(type: number, content: string | undefined): Uint8Array {
  if (content === undefined) return new Uint8Array();
  const { length } = ascii(content);
  return bytes(8 + Math.ceil(length / 8) * 8, (view, all) => {
    view.setUint32(0, type);
    view.setUint32(4, length);
    all.set(ascii(content), 8);
  });
}

/** docs/interop/qcow2.txt, "Header": all numbers are big endian. */
export function qcow2Header(given: Qcow2Header = {}): Uint8Array {
  const { version = 3, size = 1024 ** 3, clusterBits = 16, backing, backingFormat, dataFile } = given;
  const { incompatible = dataFile === undefined ? 0n : 4n, length = 65_536 } = given;
  const extensions = Buffer.concat([extension(0x44415441, dataFile), extension(0xe2792aca, backingFormat)]);
  const end = (version === 2 ? 72 : 104) + extensions.length;
  const { backingAt = end + 8 } = given;
  return bytes(length, (view, all) => {
    all.set([...ascii('QFI'), 0xfb]);
    view.setUint32(4, version);
    all.set(extensions, end - extensions.length);
    if (backing !== undefined) {
      view.setBigUint64(8, BigInt(backingAt));
      view.setUint32(16, ascii(backing).length);
      all.set(ascii(backing).subarray(0, Math.max(0, length - backingAt)), backingAt);
    }
    view.setUint32(20, clusterBits);
    view.setBigUint64(24, BigInt(size));
    if (version < 3) return;
    view.setBigUint64(72, incompatible);
    view.setUint32(96, 4);
    view.setUint32(100, 104);
  });
}

/** "Virtual Disk Format 5.0", "Hosted Sparse Extent Header": little endian, packed. @param capacity in sectors */
export const vmdkHeader = (capacity = 2048): Uint8Array =>
  bytes(512, (view, all) => {
    all.set(ascii('KDMV'));
    view.setUint32(4, 1, true);
    view.setUint32(8, 3, true);
    view.setBigUint64(12, BigInt(capacity), true);
  });

const text = (at: number, content: Uint8Array, length = 512) =>
  bytes(length, (_, all) => all.set(content, at));

/** Each kind's first bytes, as its specification has them. */
export const HEADS: Readonly<Record<string, Uint8Array>> = {
  qcow2: qcow2Header(),
  vmdk: vmdkHeader(),
  'vmdk as a text': text(0, ascii('# Disk DescriptorFile\nversion=1\n')),
  vdi: text(0, Uint8Array.of(...ascii('<<< Oracle VM VirtualBox Disk Image >>>\n'))).map((byte, at) =>
    at >= 0x40 && at < 0x44 ? ([0x7f, 0x10, 0xda, 0xbe][at - 0x40] ?? 0) : byte,
  ),
  vhdx: text(0, ascii('vhdxfile')),
  vpc: text(0, ascii('conectix')),
  gz: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
  xz: Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4),
  zst: Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 4, 0),
  bz2: Uint8Array.of(...ascii('BZh9'), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59),
  'bz2 of nothing': Uint8Array.of(...ascii('BZh1'), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90),
  zip: Uint8Array.of(...ascii('PK'), 3, 4, 20, 0),
  'zip of nothing': Uint8Array.of(...ascii('PK'), 5, 6, 0, 0),
  tar: text(257, Uint8Array.of(...ascii('ustar'), 0, 0x30, 0x30)),
  'tar of GNU': text(257, ascii('ustar  ')),
};
