import fc from 'fast-check';
import {
  type Content,
  type HostFile,
  type Image,
  type Pieces,
  type StoredFile,
  sizeOf,
  type VolumeFile,
} from '../../../modules/lib/volume.ts';

export const LABEL = { label: 'CIDATA' };

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

export const file = (path: string, content: Content | string = path): VolumeFile => ({
  path,
  content: typeof content === 'string' ? text(content) : content,
});

/** A file on the host of which nothing is known but the size. */
export const onHost = (size: number): HostFile => ({ source: '/srv/large', size });

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);

/** What a seed is made of. */
export const SEED: readonly VolumeFile[] = [
  file('user-data', '#cloud-config\n{}\n'),
  file('meta-data', '"instance-id": "web"\n'),
  file('network-config', '"version": 2\n'),
];

/** Every awkward file at once: empty, whole clusters and one byte more, long, alike and foreign names, folders. */
export const AWKWARD: readonly VolumeFile[] = [
  ...SEED,
  file('empty', ''),
  file('cluster', filled(512, 65)),
  file('cluster-and-one', filled(513, 66)),
  file(
    'large',
    Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251),
  ),
  ...['a', 'b'].map((end) => file(`${'n'.repeat(254)}${end}`)),
  ...[13, 26, 12, 14].map((length) => file('l'.repeat(length))),
  ...['one', 'two', 'three'].map((end) => file(`${'long-name-'.repeat(9)}${end}.yaml`)),
  file('LONG-N~1.YAM', 'not an alias'),
  file('README.TXT'),
  file('readme.md'),
  file('Mixed.Txt'),
  file('Größe – 雪 🦊.txt'),
  file('ЖЗИ.конф'),
  file('عربي'),
  file(`${'🦊'.repeat(60)}.txt`),
  file('雪'.repeat(80)),
  file('.hidden'),
  file('two.dots.tar.gz'),
  file('a b+c,d;e=f[g]'),
  file(' leading'),
  file('certificates/ca.pem', filled(4096, 67)),
  file('certificates/Größe/deep/deeper/deepest/README'),
  ...Array.from({ length: 100 }, (_, i) => file(`folder/file-number-${i}.conf`)),
  file('empty-only/nothing', ''),
];

/** More files than numbers of one digit, or of three, tell apart. */
export const MANY: readonly VolumeFile[] = Array.from({ length: 3000 }, (_, i) =>
  file(`certificates/authority-number-${i}.pem`, `${i}`),
);

/** With these a volume is FAT12, FAT16 and FAT32. */
export const BALLAST: readonly [kind: number, bytes: number][] = [
  [12, 0],
  [16, 200_000_000],
  [32, 3_000_000_000],
];

const name = fc
  .oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[a-z-]{1,12}(\.[a-z]{1,4})?$/) },
    fc.stringMatching(/^[A-Z]{1,8}(\.[A-Z]{1,3})?$/),
    fc.stringMatching(/^[a-b~1 ]{1,10}(\.[a-b]{1,4})?$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.stringMatching(/^[a-b]{60,255}$/),
  )
  .filter((it) => isHeld(it));

// biome-ignore lint/suspicious/noControlCharactersInRegex: FAT holds none of them
const isHeld = (it: string) => !/["*/:<>?\\|\x00-\x1f\x7f\uffff]|[. ]$/.test(it) && it.length <= 255;

const content = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .constantFrom(0, 1, 511, 512, 513, 1023, 1024, 1025, 32_767, 32_768, 32_769)
    .map((length) => filled(length, length % 251)),
  fc.nat({ max: 200_000 }).map(onHost),
);

/** Files in folders, no two paths alike but for case and none in the way of another. */
export const anyFiles: fc.Arbitrary<VolumeFile[]> = fc
  .array(fc.record({ names: fc.array(name, { minLength: 1, maxLength: 4 }), content }), { maxLength: 40 })
  .map((list) => {
    const exact = new Map<string, string>();
    return list.flatMap(({ names, content }) => {
      const paths = names.map((_, i) => names.slice(0, i + 1).join('/'));
      const path = paths.pop() ?? '';
      const marks = [...paths.map((folder) => [folder, `${folder}/`] as const), [path, path] as const];
      const held = (at: string) => exact.get(at.toUpperCase());
      if (held(path) !== undefined) return [];
      if (marks.some(([at, mark]) => (held(at) ?? mark) !== mark)) return [];
      for (const [at, mark] of marks) exact.set(at.toUpperCase(), mark);
      return [{ path, content }];
    });
  });

/** Where each piece begins, and how long all are together. */
export function placed(pieces: Pieces): { places: Map<Content, number>; size: number } {
  const places = new Map<Content, number>();
  let size = 0;
  for (const piece of pieces) {
    places.set(piece, size);
    size += sizeOf(piece);
  }
  return { places, size };
}

/** An image of pieces that can be changed; files on the host are zeros. */
export function imageFrom(pieces: Pieces): Image & { set(at: number, bytes: readonly number[]): void } {
  const held: { at: number; bytes: Uint8Array }[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) held.push({ at: size, bytes: Uint8Array.from(piece) });
    size += sizeOf(piece);
  }
  const within = (at: number, length: number) =>
    held.filter((it) => it.at < at + length && at < it.at + it.bytes.length);
  return {
    size,
    async read(at, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)));
      for (const it of within(at, bytes.length)) {
        const from = Math.max(0, at - it.at);
        bytes.set(it.bytes.subarray(from, at + bytes.length - it.at), Math.max(0, it.at - at));
      }
      return bytes;
    },
    set(at, bytes) {
      for (const [i, byte] of bytes.entries()) {
        for (const it of within(at + i, 1)) it.bytes[at + i - it.at] = byte;
      }
    },
  };
}

/** The order of code points, which UTF-8 keeps. */
export const inOrder = <T extends { readonly path: string }>(files: readonly T[]): T[] =>
  [...files].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));

/** A stored file's bytes. */
export async function bytesOf(image: Image, { extents }: StoredFile): Promise<Uint8Array> {
  const parts = await Promise.all(extents.map(({ at, length }) => image.read(at, length)));
  return new Uint8Array(Buffer.concat(parts));
}
