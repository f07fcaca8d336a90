import type { DomainOptions } from './options.ts';

/** Numbers in a container, and those on the host that they are. */
export interface Range {
  readonly start: number;
  readonly target: number;
  readonly count: number;
}

/** Ranges of users and of groups. */
export interface Ranges {
  readonly uid: readonly Range[];
  readonly gid: readonly Range[];
}

/** The ranges of `idmap`, in the order in which libvirt writes them. @returns undefined of an empty mapping */
export function rangesOf({
  start = 0,
  target,
  count,
  uid,
  gid,
}: NonNullable<DomainOptions['idmap']>): Ranges | undefined {
  const sorted = (ranges: readonly Range[]) => [...ranges].sort((a, b) => a.start - b.start);
  if (uid && gid) return { uid: sorted(uid), gid: sorted(gid) };
  if (target === undefined || count === undefined) return undefined;
  const both = [{ start, target, count }];
  return { uid: both, gid: both };
}
