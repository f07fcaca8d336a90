import fc from 'fast-check';
import type { MemoryFile } from './files.ts';

// Letters of two, three and four bytes, of both directions, with and without case; and what a shell or a reader trips on.
const SCRIPTS = [
  'abcxyzABCXYZ019-_.',
  'äöüßÅñçøłŒ',
  'αβγδΣσςΩ',
  'абвгдёЖЯ',
  'אבגדה',
  'عربيةسلام',
  'नमस्ते',
  'ภาษาไทย',
  '漢字かなカナ雪',
  '한국어글',
  '🦊🐘🚀𝒳𐍈\u{10fffd}',
  'e\u0301o\u0308\u200d\ufeff\u00a0',
  " !#$%&'()+,;=@[]^`{}~-.",
] as const;

const bytesIn = (text: string) => Buffer.byteLength(text);

/** Characters that other file systems refuse. */
const ONLY_IN_ISO = 'a:*?"<>|\\\n\t.';

// Whole letters of one script, and the rest in ASCII.
function ofBytes(script: string, length: number): string {
  const letters = [...script];
  let name = '';
  for (let i = 0; bytesIn(name) < length; i++) {
    const next = letters[i % letters.length] ?? '';
    name += bytesIn(name + next) <= length ? next : 'x';
  }
  return name;
}

function nameIn(most: number): fc.Arbitrary<string> {
  const script = fc.constantFrom(...SCRIPTS, ONLY_IN_ISO);
  const word = script.chain((it) => fc.string({ unit: fc.constantFrom(...it), minLength: 1, maxLength: 24 }));
  const extended = fc.tuple(word, fc.constantFrom('.conf', '.tar.gz', '.雪', '')).map((it) => it.join(''));
  const long = fc.tuple(script, fc.integer({ min: 100, max: most })).map((it) => ofBytes(...it));
  const longest = script.map((it) => ofBytes(it, most));
  return fc
    .oneof({ weight: 6, arbitrary: extended }, { weight: 2, arbitrary: long }, longest)
    .filter((name) => name !== '.' && name !== '..');
}

// Around sectors, of disks and of CDs.
const SIZES = [0, 1, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097];

const size = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...SIZES) }, fc.nat({ max: 20_000 }));

// No sector like another, so that a wrong place shows.
function contentOf(number: number, length: number): Uint8Array {
  let state = number * 2_654_435_761 + 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** What a tree is to be. */
export interface TreeOptions {
  /** The same tree each time. */
  readonly seed: number;
  /** Files, but for the few whose names are taken. */
  readonly files: number;
  /** The longest name in bytes of UTF-8: 255 by default. */
  readonly longest?: number;
}

/** How many folders the deepest file is in. */
const DEPTH = 12;

/** A generated tree: names of many scripts, deep folders, sizes around sectors. */
export function treeFor({ seed, files, longest = 255 }: TreeOptions): MemoryFile[] {
  const length = { minLength: files, maxLength: files };
  const name = nameIn(longest);
  const [drawn] = fc.sample(
    fc.record({
      // Each in one of those before it; the first ones in each other.
      folders: fc.array(fc.record({ name: nameIn(100), above: fc.nat() }), {
        minLength: 30,
        maxLength: 30,
      }),
      leaves: fc.array(fc.record({ name, size, folder: fc.nat() }), length),
    }),
    { seed, numRuns: 1 },
  );
  if (!drawn) throw new Error('fast-check gave nothing');
  const taken = new Set<string>();
  const isNew = (path: string) => !taken.has(path) && taken.add(path);
  const folders = [''];
  for (const { name, above } of drawn.folders) {
    const path = `${folders.length <= DEPTH ? folders.at(-1) : folders[above % folders.length]}${name}`;
    if (isNew(path)) folders.push(`${path}/`);
  }
  // The deepest folder has one for sure, and the root has many: its records and long names are more than a sector holds.
  const folderOf = (i: number, drawn: number) =>
    folders[i === 0 ? DEPTH : i % 3 === 0 ? 0 : drawn % folders.length] ?? '';
  return drawn.leaves.flatMap(({ name, size, folder }, i) => {
    const path = folderOf(i, folder) + name;
    return isNew(path) ? [{ path, content: contentOf(i, size) }] : [];
  });
}
