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

// Letters whose capitals have been the same in every version of Unicode that a Node.js of today has: Latin, Greek,
// Cyrillic, Armenian, their extensions, and full-width Latin. What is taken must not depend on where it is taken.
const SETTLED = /^[\0-\u024f\u0370-\u058f\u1e00-\u1fff\uff21-\uff5a]$/;

/**
 * What two names of a directory may not have in common, since FAT takes one for the other: the name in capitals, unit
 * by unit. It is compared and never written.
 */
export const folded = (name: string): string =>
  Array.from({ length: name.length }, (_, i) => {
    const unit = name.charAt(i);
    const upper = unit.toUpperCase();
    // A letter beyond ASCII stays there: FAT tells a dotless i from an i.
    return SETTLED.test(unit) && SETTLED.test(upper) && upper < '\x80' === unit < '\x80' ? upper : unit;
  }).join('');
