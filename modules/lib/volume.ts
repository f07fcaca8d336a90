/** A file on the host, which is read when it is needed and never held in memory. */
export interface HostFile {
  readonly source: string;
  /** Bytes. */
  readonly size: number;
}

/** A content as a stream. */
export type Bytes = AsyncIterable<Uint8Array>;

/** The content of a file to write into a volume. */
export type Content = Uint8Array | HostFile;

/** A file to write into a volume. */
export interface VolumeFile {
  /** Its path in the volume, without a slash in front: `user-data`, `certificates/ca.pem`. */
  readonly path: string;
  readonly content: Content;
}

/** An image as the pieces that follow one another in it. */
export type Pieces = Iterable<Content>;

/** Where a file's bytes lie in an image. */
export interface Extent {
  /** Bytes from the image's beginning. */
  readonly at: number;
  readonly length: number;
}

/** A file of an existing volume. */
export interface StoredFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In order; none for an empty file. */
  readonly extents: readonly Extent[];
}

/** What an image holds. */
export interface Volume {
  readonly label: string;
  /** In the order of their paths' code points. A directory without files isn't listed. */
  readonly files: readonly StoredFile[];
}

/** An image with random access. */
export interface Image {
  /** Bytes. */
  readonly size: number;
  /** @returns fewer bytes only where the image ends */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** How many bytes a content has. */
export const sizeOf = (content: Content): number =>
  content instanceof Uint8Array ? content.length : content.size;

/** An image that is in memory. */
export const imageOf = (bytes: Uint8Array): Image => ({
  size: bytes.length,
  read: async (at, length) => bytes.subarray(at, at + length),
});

// UTF-16 has the surrogates, which stand for what is over FFFF, below E000 to FFFF.
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** The order of two texts by their code points, which is that of their bytes in UTF-8. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
