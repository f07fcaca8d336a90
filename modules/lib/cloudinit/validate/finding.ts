import { isMapping, keyPath } from '../yaml/value.ts';
import type { Given } from './document.ts';
import type { Path, Problem } from './problem.ts';

/** A problem of a document, as it is shown. */
export interface Finding {
  /** The option as the task has it, given by the caller: `user_data`, `user_data[1].content`, `network_config`. */
  readonly option: string;
  readonly level: 'error' | 'warning';
  /**
   * Path of the key, line and column when the document is a text, what is wrong and what to do; no secret value:
   * `users[0].sudo (line 4, column 5): must be a text, a list of texts, or false`
   */
  readonly message: string;
}

/** How many errors, and how many warnings, are listed for a document at most. */
const TOLD = 100;

/** Problems of a document as findings, in the document's order, each once, up to the limit. */
export function findings(
  option: string,
  { value, position }: Given,
  problems: readonly Problem[],
): Finding[] {
  const seen = new Set<string>();
  const once = problems.filter(({ path, text }) => {
    const key = JSON.stringify([path, text]);
    return !seen.has(key) && seen.add(key);
  });
  const order = orderIn(value);
  const sorted = once.map((problem) => ({ problem, order: order(problem.path) }));
  sorted.sort((one, other) => compare(one.order, other.order));
  const left = { error: TOLD, warning: TOLD };
  const told = sorted.filter(({ problem: { level } }) => left[level]-- > 0);
  const findings = told.map(({ problem: { path, level, text, hint } }): Finding => {
    const where = [written(path), bracketed(position(path), path)].filter(Boolean).join(' ');
    const whole = `${text}${hint?.() ?? ''}`;
    return { option, level, message: where ? `${where}: ${whole}` : whole };
  });
  const more = (['error', 'warning'] as const).flatMap((level): Finding[] =>
    left[level] >= 0
      ? []
      : [{ option, level, message: `has ${-left[level]} more ${level}s, which aren't shown` }],
  );
  return [...findings, ...more];
}

const bracketed = (position: string | undefined, path: Path) =>
  position && path.length > 0 ? `(${position})` : position;

/** `users[0].sudo` */
export const written = (path: Path): string =>
  path.reduce<string>(
    (above, part) => (typeof part === 'number' ? `${above}[${part}]` : keyPath(above, part)),
    '',
  );

// The order of paths in a document. A mapping's keys are numbered once.
function orderIn(value: unknown): (path: Path) => number[] {
  const numbered = new Map<object, ReadonlyMap<string, number>>();
  const numbersOf = (mapping: object) => {
    const known = numbered.get(mapping) ?? new Map(Object.keys(mapping).map((key, i) => [key, i]));
    numbered.set(mapping, known);
    return known;
  };
  return (path) => {
    let at = value;
    return path.map((part) => {
      const index = isMapping(at) ? (numbersOf(at).get(String(part)) ?? -1) : Number(part);
      at = (at as Record<string | number, unknown> | undefined)?.[part];
      return index;
    });
  };
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((number, i) => number !== other[i]);
  if (at < 0) return one.length - other.length;
  return at >= other.length ? 1 : (one[at] ?? 0) - (other[at] ?? 0);
}
