import type { Host } from './host.ts';
import { oncePerHost } from './once.ts';

const lasts = /* @__PURE__ */ oncePerHost((_: Host) => ({ last: Promise.resolve() as Promise<unknown> }));

/** Does something when all that was asked for before has ended, however that went: for files that several items of a task share. */
export function inTurn<T>(host: Host, act: () => Promise<T>): Promise<T> {
  const turns = lasts(host);
  const mine = turns.last.then(act, act);
  turns.last = mine;
  return mine;
}
