import { FatError } from './volume.ts';

/** A long name in UTF-16 units. */
const NAME_LENGTH = 255;

/** @returns what is wrong with a name that FAT can't hold, to follow the name in a message */
function problemOf(name: string): string | undefined {
  if (name === '') return 'has an empty name between its slashes';
  if (name === '.' || name === '..') return 'has "." or ".." in it, which is no name of its own';
  const forbidden = /["*:<>?\\|]/.exec(name)?.[0];
  if (forbidden) return `has a ${forbidden} in it, which FAT can't hold`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: FAT forbids 00 to 1F
  if (/[\x00-\x1f\x7f]/.test(name)) return "has a control character in it, which FAT can't hold";
  if (/[. ]$/.test(name)) return "has a name that ends in a dot or a space, which FAT can't hold";
  // U+FFFF fills a name's last entry.
  if (/\uffff|[\ud800-\udfff]/u.test(name))
    return "has half a surrogate pair or U+FFFF in it, which FAT can't hold";
  if (name.length > NAME_LENGTH) {
    return `has a name of ${name.length} UTF-16 units; FAT holds ${NAME_LENGTH}`;
  }
  return undefined;
}

/**
 * Checks one name of a path.
 * @param path for the message
 * @throws FatError when FAT can't hold the name (Microsoft's FAT specification 1.03, "FAT Long Directory Entries")
 */
export function checkName(name: string, path: string): void {
  const problem = problemOf(name);
  if (problem) throw new FatError(`the path ${JSON.stringify(path)} ${problem}`);
}

/**
 * What two names of a directory may not have in common, since FAT takes one for the other: the name in capitals, unit
 * by unit. It is compared and never written, so another version of Unicode changes no image.
 */
export const folded = (name: string): string =>
  Array.from({ length: name.length }, (_, i) => {
    const unit = name.charAt(i);
    const upper = unit.toUpperCase();
    // A letter beyond ASCII stays there: FAT tells a dotless i from an i.
    return upper.length === 1 && upper < '\x80' === unit < '\x80' ? upper : unit;
  }).join('');

// Where a UTF-16 unit stands in the order of code points: halves of surrogate pairs stand for those above U+FFFF.
const rank = (unit: number) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800);

/** The order of two texts' code points, for sort(): negative, 0 or positive. */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
