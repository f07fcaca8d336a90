import { isMapping, keyPath } from '../yaml.ts';
import type { Given } from './document.ts';
import type { Path, Problem } from './problem.ts';

/** Something wrong with a document, for people. */
export interface Finding {
  /** The option as the task has it, given by the caller: `user_data`, `user_data[1].content`, `network_config`. */
  readonly option: string;
  readonly level: 'error' | 'warning';
  /**
   * Path of the key, line and column when the document is a text, what is wrong and the way out; no secret value:
   * `users[0].sudo (line 4, column 5): must be a text, a list of texts, or false`
   */
  readonly message: string;
}

/** Problems of a document as findings, in the document's order, each once. */
export function findings(option: string, { value, place }: Given, problems: readonly Problem[]): Finding[] {
  const seen = new Set<string>();
  const once = problems.filter(({ path, text }) => {
    const key = JSON.stringify([path, text]);
    return !seen.has(key) && seen.add(key);
  });
  const told = once.map((problem) => ({ problem, order: order(value, problem.path) }));
  told.sort((one, other) => compare(one.order, other.order));
  return told.map(({ problem: { path, level, text } }) => {
    const where = [written(path), bracketed(place(path), path)].filter(Boolean).join(' ');
    return { option, level, message: where ? `${where}: ${text}` : text };
  });
}

const bracketed = (place: string | undefined, path: Path) =>
  place && path.length > 0 ? `(${place})` : place;

/** `users[0].sudo` */
export const written = (path: Path): string =>
  path.reduce<string>(
    (above, part) => (typeof part === 'number' ? `${above}[${part}]` : keyPath(above, part)),
    '',
  );

function order(value: unknown, path: Path): number[] {
  let at = value;
  return path.map((part) => {
    const index = isMapping(at) ? Object.keys(at).indexOf(String(part)) : Number(part);
    at = (at as Record<string | number, unknown> | undefined)?.[part];
    return index;
  });
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, i) => number !== other[i]);
  if (at < 0) return one.length - other.length;
  return at >= other.length ? 1 : (one[at] ?? 0) - (other[at] ?? 0);
}
