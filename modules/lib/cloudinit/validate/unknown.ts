import { closest, distance } from 'fastest-levenshtein';
import type { Path, Problem } from './problem.ts';

/** The known name that a slip of the pen comes nearest to, if there is one near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const found = known.length === 0 ? undefined : closest(name, known);
  return found !== undefined && distance(name, found) <= Math.max(1, name.length / 3)
    ? found
    : known.find((key) => name.length >= 3 && key.startsWith(name));
}

/** A key that cloud-init doesn't know. On top it leaves such a key alone, further down it refuses the document. */
export function unknownKey(path: Path, known: readonly string[]): Problem {
  const near = nearest(String(path.at(-1)), known);
  const few = known.length > 0 && known.length <= 15 ? `; known are ${[...known].sort().join(', ')}` : '';
  return {
    path,
    level: 'error',
    text: `is not known${near === undefined ? few : `; did you mean '${near}'?`}`,
  };
}
