import { type Awaited, goalText } from './awaited.ts';

/** Names that are listed; the others are counted. */
const MOST = 4;

/** `web1, web2: wait for cloud-init (35 s of 300 s)`, of all guests that are waited for. Pure. @param seconds since the start */
export function progressText(guests: readonly Awaited[], seconds: number): string {
  const groups = new Map<string, string[]>();
  for (const guest of guests) {
    const what = `wait for ${goalText(guest)} (${Math.floor(seconds)} s of ${guest.timeout} s)`;
    groups.set(what, [...(groups.get(what) ?? []), guest.name]);
  }
  return [...groups].map(([what, names]) => `${listed(names)}: ${what}`).join('; ');
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST;
  return more > 1 ? `${names.slice(0, MOST).join(', ')} and ${more} more` : names.join(', ');
}
