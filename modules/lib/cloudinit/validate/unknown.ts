import { closest, distance } from 'fastest-levenshtein';
import type { Path, Problem } from './problem.ts';

/** The known name that a slip of the pen comes nearest to, if there is one near. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const found = known.length === 0 ? undefined : closest(name, known);
  return found !== undefined && distance(name, found) <= Math.max(1, name.length / 3)
    ? found
    : known.find((key) => name.length >= 3 && key.startsWith(name));
}

/** `; did you mean 'users'?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean '${near}'?`;
}

/** A key that cloud-init doesn't know. On top it leaves such a key alone, further down it refuses the document. */
export function unknownKey(path: Path, known: readonly string[]): Problem {
  const few = () =>
    known.length > 0 && known.length <= 15 ? `; known are ${[...known].sort().join(', ')}` : '';
  const hint = () => didYouMean(String(path.at(-1)), known) || few();
  return { path, level: 'error', text: 'is unknown', hint };
}
