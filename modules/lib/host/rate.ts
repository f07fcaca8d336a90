import { Failure } from '../failure.ts';
import { shownUrl } from './url.ts';

/** Milliseconds in which a server has to begin, and then to bring enough, again and again. */
export const SLOWNESS = 600_000;

/** A kibibyte a second: a server that brings less keeps a task for ever. */
const LEAST = (SLOWNESS / 1000) * 1024;

/**
 * Watches how fast a server is, over one connection or several.
 * @param now milliseconds of a clock
 * @returns a function that gets the number of new bytes, and throws a Failure when too few came
 */
export function rateOf(url: string, now: () => number, slowness = SLOWNESS): (bytes: number) => void {
  let since = now();
  let sum = 0;
  return (bytes) => {
    sum += bytes;
    if (now() - since < slowness) return;
    if (sum < LEAST) {
      throw new Failure(
        `${shownUrl(url)} brought only ${sum} bytes in ${slowness / 1000} s: fetch it from another server`,
      );
    }
    since = now();
    sum = 0;
  };
}
