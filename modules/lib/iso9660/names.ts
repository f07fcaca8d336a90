/** File name and extension of a level 2 identifier, without the dot (ECMA-119, 7.5.1). */
const ISO_LENGTH = 30;
const ISO_EXTENSION = 8;
/** A directory's identifier (ECMA-119, 7.6.3). */
const ISO_DIRECTORY_LENGTH = 31;
/** A Joliet identifier in UCS-2 characters: 128 bytes (Joliet, "Relaxation of ISO 9660 Restrictions"). */
const JOLIET_LENGTH = 64;
const JOLIET_EXTENSION = 16;

/** An entry of a directory that needs an identifier. */
export interface Nameable {
  readonly name: string;
  readonly directory: boolean;
}

interface Parts {
  readonly stem: string;
  readonly extension: string;
}

// A leading dot is part of the name.
function split(name: string): Parts {
  const dot = name.lastIndexOf('.');
  return dot <= 0
    ? { stem: name, extension: '' }
    : { stem: name.slice(0, dot), extension: name.slice(dot + 1) };
}

// At most so many code units, and no half of a surrogate pair at the end.
const cut = (text: string, length: number) => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');

type Plain = (item: Nameable, suffix: string) => string;

/**
 * One identifier for each item, none twice. An item whose identifier is unique keeps it, the others are
 * numbered in the order given: pass sorted names, or the order would show in the image.
 */
function unique(items: readonly Nameable[], plain: Plain): string[] {
  const natural = items.map((item) => plain(item, ''));
  const times = new Map<string, number>();
  for (const name of natural) times.set(name, (times.get(name) ?? 0) + 1);
  const taken = new Set(natural);
  const next = new Map<string, number>();
  return items.map((item, i) => {
    const identifier = natural[i] ?? '';
    if (times.get(identifier) === 1) return identifier;
    const family = plain(item, '_000');
    for (;;) {
      const count = next.get(family) ?? 0;
      next.set(family, count + 1);
      const numbered = plain(item, `_${String(count).padStart(3, '0')}`);
      if (taken.has(numbered)) continue;
      taken.add(numbered);
      return numbered;
    }
  });
}

const dCharacters = (text: string) =>
  text.replace(/[a-z]/g, (char) => char.toUpperCase()).replace(/[^A-Z0-9]/gu, '_');

const isoPlain: Plain = ({ name, directory }, suffix) => {
  if (directory) return dCharacters(name).slice(0, ISO_DIRECTORY_LENGTH - suffix.length) + suffix;
  const { stem, extension } = split(name);
  const end = dCharacters(extension).slice(0, ISO_EXTENSION);
  const begin = dCharacters(stem).slice(0, ISO_LENGTH - end.length - suffix.length) + suffix;
  return end ? `${begin}.${end}` : begin;
};

/**
 * ISO 9660 level 2 identifiers of d-characters only, each once (ECMA-119, 7.5.1, 7.6 and 10.2): `NAME.EXT;1` for a
 * file, `NAME` for a directory. A file and a directory never differ only by the dot and the version, which
 * readers leave out.
 * @param items sorted by name
 */
export const isoIdentifiers = (items: readonly Nameable[]): string[] =>
  unique(items, isoPlain).map((plain, i) => {
    if (items[i]?.directory) return plain;
    return plain.includes('.') ? `${plain};1` : `${plain}.;1`;
  });

const jolietPlain: Plain = ({ name }, suffix) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Joliet forbids 00 to 1F ("Allowed Character Set")
  const allowed = name.replace(/[\x00-\x1f*/:;?\\]/g, '_');
  if (suffix === '' && allowed.length <= JOLIET_LENGTH) return allowed;
  const { stem, extension } = split(allowed);
  const end = extension && `.${cut(extension, JOLIET_EXTENSION)}`;
  return `${cut(stem, JOLIET_LENGTH - end.length - suffix.length)}${suffix}${end}`;
};

/**
 * Joliet identifiers: what Joliet forbids becomes `_`, at most 64 UCS-2 characters, each once. Without a version
 * number, as genisoimage writes them. A dot at the end becomes `_` too, since 7-Zip and Windows leave it out, and
 * would take `a.` for `a`.
 * @param items sorted by name
 */
export const jolietIdentifiers = (items: readonly Nameable[]): string[] =>
  unique(items, (item, suffix) => jolietPlain(item, suffix).replace(/\.$/, '_'));

/** The order of a directory's records: by file name, then extension, a shorter one first (ECMA-119, 9.3). */
export function compareIdentifiers(a: string, b: string): number {
  // The version is the same everywhere, and is not compared.
  const [left, right] = [a, b].map((identifier) => split(identifier.replace(/;1$/, ''))) as [Parts, Parts];
  const order = (x: string, y: string) => (x < y ? -1 : x > y ? 1 : 0);
  return order(left.stem, right.stem) || order(left.extension, right.extension);
}
