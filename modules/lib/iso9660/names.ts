import { IsoError } from './image.ts';

/** File name and extension of a level 2 identifier, without the dot (ECMA-119, 7.5.1). */
const ISO_LENGTH = 30;
const ISO_EXTENSION = 8;
/** A Joliet identifier in UCS-2 characters: 128 bytes (Joliet, "Relaxation of ISO 9660 Restrictions"). */
const JOLIET_LENGTH = 64;
const JOLIET_EXTENSION = 16;
/** A POSIX file name in bytes (Linux NAME_MAX), which Rock Ridge's NM carries. */
const NAME_LENGTH = 255;

/**
 * Names that a flat image can carry.
 * @throws IsoError naming the first that it can't: empty, `.`, `..`, with `/` or NUL, not Unicode, over 255 bytes, twice
 */
export function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const problem = problemOf(name) ?? (seen.has(name) ? 'is there twice' : undefined);
    if (problem) throw new IsoError(`the file name ${JSON.stringify(name)} ${problem}`);
    seen.add(name);
  }
}

function problemOf(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is not a name of a file';
  if (/[/\0]/.test(name)) return 'has a slash or a NUL: all files lie in the root';
  if (/\p{Surrogate}/u.test(name)) return 'has half a surrogate pair, which is no character';
  const length = new TextEncoder().encode(name).length;
  return length > NAME_LENGTH ? `is ${length} bytes of UTF-8; a name has at most ${NAME_LENGTH}` : undefined;
}

interface Parts {
  readonly stem: string;
  readonly extension: string;
}

// A dot in front is part of the name and begins no extension.
function split(name: string): Parts {
  const dot = name.lastIndexOf('.');
  return dot <= 0
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

// At most so many code units, and no half of a surrogate pair at the end.
const cut = (text: string, length: number) => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');

/**
 * One identifier for each name, none twice. A name whose identifier is nobody else's keeps it, the others are
 * numbered in the order given: pass sorted names, or the order would show in the image.
 */
function unique(names: readonly string[], plain: (name: string, suffix: string) => string): string[] {
  const natural = names.map((name) => plain(name, ''));
  const times = new Map<string, number>();
  for (const name of natural) times.set(name, (times.get(name) ?? 0) + 1);
  const taken = new Set(natural);
  const next = new Map<string, number>();
  return natural.map((identifier, i) => {
    if (times.get(identifier) === 1) return identifier;
    const name = names[i] ?? '';
    const family = plain(name, '_000');
    for (;;) {
      const count = next.get(family) ?? 0;
      next.set(family, count + 1);
      const numbered = plain(name, `_${String(count).padStart(3, '0')}`);
      if (taken.has(numbered)) continue;
      taken.add(numbered);
      return numbered;
    }
  });
}

/**
 * ISO 9660 level 2 identifiers, `NAME.EXT;1`, of d-characters only (ECMA-119, 7.5.1 and 10.2), each once.
 * @param names sorted
 */
export const isoIdentifiers = (names: readonly string[]): string[] =>
  unique(names, (name, suffix) => {
    const upper = name.replace(/[a-z]/g, (char) => char.toUpperCase());
    const { stem, extension } = split(upper);
    const d = (text: string) => text.replace(/[^A-Z0-9]/gu, '_');
    const end = d(extension).slice(0, ISO_EXTENSION);
    return `${d(stem).slice(0, ISO_LENGTH - end.length - suffix.length)}${suffix}.${end};1`;
  });

/**
 * Joliet identifiers: what Joliet forbids becomes `_`, at most 64 UCS-2 characters, each once. Without a version
 * number, as genisoimage writes them.
 * @param names sorted
 */
export const jolietIdentifiers = (names: readonly string[]): string[] =>
  unique(names, (name, suffix) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Joliet forbids 00 to 1F ("Allowed Character Set")
    const allowed = name.replace(/[\x00-\x1f*/:;?\\]/g, '_');
    if (suffix === '' && allowed.length <= JOLIET_LENGTH) return allowed;
    const { stem, extension } = split(allowed);
    const end = extension && `.${cut(extension, JOLIET_EXTENSION)}`;
    return `${cut(stem, JOLIET_LENGTH - end.length - suffix.length)}${suffix}${end}`;
  });

/** The order of a directory's records: by file name, then extension, a shorter one first (ECMA-119, 9.3). */
export function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  const order = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return order(left.stem, right.stem) || order(left.extension, right.extension);
}
