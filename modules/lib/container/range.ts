import { LOWEST } from '../host/users.ts';

/** Users of a container, and as many groups: they are 0, 1, … in it. */
export const RANGE = 65_536;

/** Users of the host, or groups. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** The last user that systemd leaves to containers. */
const HIGHEST = 1_879_048_191;

const overlap = (a: Range, b: Range) => a.first < b.first + b.count && b.first < a.first + a.count;

/**
 * The first of the ranges for containers that no other range overlaps.
 * @param taken what others have
 * @returns undefined where all are taken
 */
export function freeRange(taken: readonly Range[]): Range | undefined {
  for (let first = LOWEST; first + RANGE - 1 <= HIGHEST; first += RANGE) {
    const range = { first, count: RANGE };
    if (!taken.some((other) => overlap(range, other))) return range;
  }
  return undefined;
}

/**
 * The range of each container: the one that it has, else a free one.
 * @param has the first user of each, where it has a range
 * @param taken what others have
 */
export function assignRanges(
  has: readonly (number | undefined)[],
  taken: readonly Range[],
): (number | undefined)[] {
  const all = [...taken, ...has.flatMap((first) => (first === undefined ? [] : { first, count: RANGE }))];
  return has.map((first) => {
    if (first !== undefined) return first;
    const free = freeRange(all);
    if (free) all.push(free);
    return free?.first;
  });
}

/** The ranges in /etc/subuid or /etc/subgid: see subuid(5). Other lines are ignored. */
export const subordinateRanges = (text: string): Range[] =>
  text.split('\n').flatMap((line) => {
    const [, first, count] = /^[^:]*:(\d+):(\d+)\s*$/.exec(line) ?? [];
    return first === undefined ? [] : { first: Number(first), count: Number(count) };
  });

/** The users in /etc/passwd, or the groups in /etc/group. */
export const accountRanges = (text: string): Range[] =>
  text.split('\n').flatMap((line) => {
    const [, id] = /^[^:]*:[^:]*:(\d+):/.exec(line) ?? [];
    return id === undefined ? [] : { first: Number(id), count: 1 };
  });

/** The ranges on the host of a domain's `<idmap>`, in a file of libvirt's. */
export const mappedRanges = (definition: string): Range[] =>
  [...definition.matchAll(/<[ug]id start='\d+' target='(\d+)' count='(\d+)'\/>/g)].map(
    ([, first, count]) => ({
      first: Number(first),
      count: Number(count),
    }),
  );

/** A range as people write it: `1073741824-1073807359`. */
export const shownRange = (first: number): string => `${first}-${first + RANGE - 1}`;
