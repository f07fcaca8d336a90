/** A name and extension that need no long name. FAT allows spaces in them as well, but programs stumble over those. */
const PLAIN = /^([A-Z0-9!#$%&'()@^_`{}~-]{1,8})(?:\.([A-Z0-9!#$%&'()@^_`{}~-]{1,3}))?$/;
const NOT_PLAIN = /[^A-Z0-9!#$%&'()@^_`{}~-]/gu;

/** Whether a name is stored as it is, without a long name. */
export const isPlain = (name: string): boolean => PLAIN.test(name);

// ASCII only: what another letter becomes is a matter of the reader's code page.
const capitals = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const field = (stem: string, extension: string) => stem.padEnd(8) + extension.padEnd(3);

/** The field of a name that is only to be written in capitals, or undefined. */
function natural(name: string): string | undefined {
  const [, stem, extension = ''] = PLAIN.exec(capitals(name)) ?? [];
  return stem === undefined ? undefined : field(stem, extension);
}

function shortened(name: string): { stem: string; extension: string } {
  const whole = capitals(name).replace(/ /g, '').replace(/^\.+/, '');
  const dot = whole.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [whole, ''] : [whole.slice(0, dot), whole.slice(dot + 1)];
  const plain = (text: string) => text.replace(/\./g, '').replace(NOT_PLAIN, '_');
  return { stem: plain(stem) || '_', extension: plain(extension).slice(0, 3) };
}

/**
 * The 8.3 names of a directory, each once: the name in capitals where that is all it needs, else its beginning with a
 * number (Microsoft's FAT specification 1.03, "The Basis-Name Generation Algorithm", "The Numeric-Tail Generation
 * Algorithm").
 * @param names sorted, or the order would show in the image; no two alike in capitals
 * @returns for each name the 11 characters that its entry holds, ASCII
 */
export function aliasesOf(names: readonly string[]): string[] {
  const naturals = names.map(natural);
  const taken = new Set(naturals);
  const last = new Map<string, number>();
  return names.map((name, i) => {
    const own = naturals[i];
    if (own !== undefined) return own;
    const { stem, extension } = shortened(name);
    // Names that begin alike count on from one another.
    const family = field(stem.slice(0, 6), extension);
    for (let number = (last.get(family) ?? 0) + 1; ; number++) {
      const tail = `~${number}`;
      const alias = field(stem.slice(0, 8 - tail.length) + tail, extension);
      if (taken.has(alias)) continue;
      taken.add(alias);
      last.set(family, number);
      return alias;
    }
  });
}
