import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { joined } from '../../../modules/lib/iso9660/bytes.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { type Content, type Image, imageOf, sizeOf, type VolumeFile } from '../../../modules/lib/volume.ts';

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A file in memory. */
export interface MemoryFile extends VolumeFile {
  readonly content: Uint8Array;
}

export const file = (path: string, content = path): MemoryFile => ({ path, content: text(content) });

export const LABEL = { label: 'cidata' };

/** The image of files in memory. */
export const written = (files: readonly MemoryFile[], options = LABEL): Uint8Array =>
  joined(Array.from(writeIso(files, options), (piece) => (piece instanceof Uint8Array ? piece : text(''))));

/** What an image holds, with the contents. */
export async function filesIn(bytes: Uint8Array): Promise<MemoryFile[]> {
  const { files } = await readIso(imageOf(bytes));
  return files.map(({ path, size, extents }) => {
    const content = joined(extents.map(({ at, length }) => bytes.subarray(at, at + length)));
    if (content.length !== size) throw new Error(`${path} has ${content.length} bytes, not ${size}`);
    return { path, content };
  });
}

/** Files of which some can't be told by their names alone, in a form that reads well where they differ. */
export const digests = (files: readonly MemoryFile[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, content }) => [path, digest(content)]));

export const digest = (content: Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16);

/** An image whose files on the host can't be read: as the pieces are, and an error where a reader asks for more. */
export function imageOfPieces(pieces: readonly Content[]): Image {
  let end = 0;
  const spans = pieces.map((piece) => {
    end += sizeOf(piece);
    return { piece, at: end - sizeOf(piece), end };
  });
  const read = async (at: number, length: number) => {
    const inside = spans.filter((span) => span.at < at + length && at < span.end);
    return joined(
      inside.map(({ piece, at: start }) => {
        if (!(piece instanceof Uint8Array)) throw new Error(`the content of ${piece.source} was read`);
        return piece.subarray(Math.max(0, at - start), at + length - start);
      }),
    );
  };
  return { size: end, read };
}

/** What a seed is made of. */
export const SEED: readonly MemoryFile[] = [
  file('user-data', '#cloud-config\n{}\n'),
  file('meta-data', '"instance-id": "web"\n'),
  file('network-config', '"version": 2\n'),
];

/** Every awkward file at once: empty, a whole sector, more than one, long and alike names, letters of all kinds. */
export const AWKWARD: readonly MemoryFile[] = [
  ...SEED,
  file('empty', ''),
  file('also-empty', ''),
  file(`${'empty-and-long-'.repeat(16)}`, ''),
  { path: 'sector', content: new Uint8Array(2048).fill(65) },
  { path: 'sector-and-one', content: new Uint8Array(2049).fill(66) },
  { path: 'large', content: Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251) },
  ...['a', 'b'].map((end) => file(`${'n'.repeat(254)}${end}`)),
  ...['x', 'y'].map((end) => file(`${'long-name-'.repeat(9)}${end}.yaml`)),
  file('Größe – 雪 🦊.txt'),
  file(`${'🦊'.repeat(40)}.txt`),
  file('UPPER'),
  file('upper'),
  file('.hidden'),
  file('two.dots.tar.gz'),
  file('a b*c?d;e:f'),
  file('trailing.'),
];

/** More records than one sector holds. */
export const MANY: readonly MemoryFile[] = Array.from({ length: 300 }, (_, i) =>
  file(`file-number-${i}.conf`),
);

/** Directories: deep, many, with names that are long, alike, or those of a file elsewhere. */
export const NESTED: readonly MemoryFile[] = [
  ...SEED,
  file('a/b/c/d/e/f/g/h/i/j/k/l/m/n/deep'),
  file('a/b/c/file'),
  file('a/b-c'),
  file('a-b/x'),
  file('a.b/x.y'),
  file('A/upper'),
  file('A/user-data', 'another'),
  file('rr_moved/mine'),
  file('Größe 雪/🦊/x.tar.gz'),
  ...Array.from({ length: 60 }, (_, i) => file(`dirs/${'d'.repeat(200)}${i}/x`)),
  ...Array.from({ length: 60 }, (_, i) => file(`more/${i % 7}/${'n'.repeat(200)}${i}`)),
];

const name = fc
  .oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[a-z-]{1,12}(\.[a-z]{1,4})?$/) },
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.stringMatching(/^[a-b]{60,255}$/),
    fc.constantFrom('rr_moved', 'A', 'a', 'a.', 'a;1', ' ', '-', '_', 'a_000'),
  )
  .filter((it) => !/[/\0]/.test(it) && it !== '.' && it !== '..' && text(it).length <= 255);

const content = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.constantFrom(0, 1, 2047, 2048, 2049, 4096).map((length) => new Uint8Array(length).fill(length % 251)),
  fc.nat({ max: 5000 }).map((length) => new Uint8Array(length).fill(length % 251)),
);

// A file's path that leads through another file would need a directory of its name.
function withoutClashes<T extends { readonly path: string }>(files: readonly T[]): T[] {
  const directories = new Set<string>();
  for (const { path } of files) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1))
      directories.add(path.slice(0, at));
  }
  return files.filter(({ path }) => !directories.has(path));
}

/** Names of a few directories, so that files share them. */
const directory = fc.array(fc.oneof(fc.constantFrom('a', 'b', 'c', 'A', 'a.b'), name), { maxLength: 12 });

/** Files of an image, some in directories. */
export const anyFiles: fc.Arbitrary<MemoryFile[]> = fc
  .uniqueArray(
    fc.record({
      path: fc
        .tuple(fc.oneof(fc.constant<string[]>([]), directory), name)
        .map(([d, n]) => [...d, n].join('/')),
      content,
    }),
    { selector: (it) => it.path, maxLength: 40 },
  )
  .map((files) => withoutClashes(files.filter(({ path }) => text(path).length <= 4095)));

/** The same files in the order of their paths' code points, which is that of UTF-8. */
export const sorted = (files: readonly MemoryFile[]): MemoryFile[] =>
  [...files]
    .sort((a, b) => Buffer.compare(text(a.path), text(b.path)))
    .map(({ path, content }) => ({ path, content: Uint8Array.from(content) }));
