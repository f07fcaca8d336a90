const DAY = 86_400_000;

/** Whether a run of the tests takes everything: `PIECEWISE_TESTS=all`. With `ci` it takes more files (turns.ts). */
export const ALL = process.env.PIECEWISE_TESTS === 'all';

/** The day's turn of so many. */
export const turn = (of: number): number => Math.floor(Date.now() / DAY) % of;

/**
 * What a run of the tests takes of a list today: every nth item, others the next day, so that `of` days take all. For what
 * costs minutes and seldom fails alone.
 */
export function daily<T>(all: readonly T[], of: number): T[] {
  const today = ALL ? all : all.filter((_, i) => i % of === turn(of));
  if (today.length === 0) throw new Error(`${all.length} items aren't enough for ${of} days`);
  return [...today];
}
