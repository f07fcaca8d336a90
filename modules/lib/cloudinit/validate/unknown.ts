import { closest, distance } from 'fastest-levenshtein';
import type { Path, Problem } from './problem.ts';

/** The known name that is most similar to a mistyped one, if one is similar enough. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const found = known.length === 0 ? undefined : closest(name, known);
  return found !== undefined && distance(name, found) <= Math.max(1, name.length / 3)
    ? found
    : known.find((key) => name.length >= 3 && key.startsWith(name));
}

/** `; did you mean 'users'?`, or nothing where no known name is similar. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** An unknown key. cloud-init ignores one at the top level, and refuses a document with one further down. */
export function unknownKey(path: Path, known: readonly string[]): Problem {
  const few = () =>
    known.length > 0 && known.length <= 15 ? `; known are ${[...known].sort().join(', ')}` : '';
  const hint = () => didYouMean(String(path.at(-1)), known) || few();
  return { path, level: 'error', text: 'is unknown', hint };
}
