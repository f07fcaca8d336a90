import type { Host } from '../../lib/host/host.ts';

/** The same answer for the same question. */
function once<A extends readonly unknown[], T>(ask: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (...args) => {
    const key = JSON.stringify(args);
    const answer = answers.get(key) ?? ask(...args);
    answers.set(key, answer);
    return answer;
  };
}

/** A host whose files are looked at once: for a run that changes nothing, and finds one file in several ways. */
export const remembered = (host: Host): Host => ({
  ...host,
  stat: once(host.stat),
  realPath: once(host.realPath),
  readStart: once(host.readStart),
});
