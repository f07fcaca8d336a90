const collator = new Intl.Collator('en', { numeric: true });

/** Names as people sort them: `web2` before `web10`. The same in each locale. */
export const byName = (one: string, other: string): number =>
  collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);

/** The values, each once, in the order of their names. */
export const distinct = (names: Iterable<string>): string[] => [...new Set(names)].sort(byName);

/** Numbers, each once, from small to large. */
export const ascending = (numbers: Iterable<number>): number[] => [...new Set(numbers)].sort((a, b) => a - b);
