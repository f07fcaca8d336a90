import type { Host } from './host.ts';

/** A pure function of an object that nobody changes, which is called once for each. */
export function onceForEach<K extends object, V>(of: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const kept = values.get(key) ?? { value: of(key) };
    values.set(key, kept);
    return kept.value;
  };
}

/** An answer for each host, which is asked for once in a run. */
export interface PerHost<T> {
  (host: Host): T;
  /** The next call asks again. */
  forget(host: Host): void;
}

/** Keeps what `ask` answers for a host until it is forgotten. The answer may be a promise, or a memory to fill. */
export function oncePerHost<T>(ask: (host: Host) => T): PerHost<T> {
  const answers = new WeakMap<Host, { readonly answer: T }>();
  const answerOf = (host: Host) => {
    const kept = answers.get(host) ?? { answer: ask(host) };
    answers.set(host, kept);
    return kept.answer;
  };
  return Object.assign(answerOf, { forget: (host: Host) => void answers.delete(host) });
}

/** Calls `look` once for each key, and gives the same answer to all who ask for that key. */
export type Once = <T>(key: string, look: () => Promise<T>) => Promise<T>;

/** A new memory of answers by key. The answers to one key are of one type. */
export function onlyOnce(): Once {
  const answers = new Map<string, Promise<unknown>>();
  return <T>(key: string, look: () => Promise<T>) => {
    const answer = answers.get(key) ?? look();
    answers.set(key, answer);
    return answer as Promise<T>;
  };
}
