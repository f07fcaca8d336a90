const LETTERS = 'kmgt';

/**
 * A disk size in bytes, by 1024, as qemu-img counts.
 * @param text a number of bytes, or with a unit: `20G`, `512 MiB`
 * @returns undefined when the text is invalid
 */
export function parseSize(text: string): number | undefined {
  const match = /^\s*(\d+)\s*(?:([kmgt])(?:i?b)?)?\s*$/i.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * 1024 ** (LETTERS.indexOf(match[2]?.toLowerCase() ?? ' ') + 1);
}

/** Bytes for messages: in the largest unit that gives a whole number. */
export function humanSize(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let unit = 0;
  let rest = bytes;
  while (rest % 1024 === 0 && rest > 0 && unit < units.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${rest}${units[unit]}`;
}
