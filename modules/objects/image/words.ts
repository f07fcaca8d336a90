import { inWords } from '../../lib/failure.ts';
import type { ImageOptions } from './options.ts';

/** An option of the template as the image says it. */
function imageWord({ path }: ImageOptions, option: string): string {
  if (option === 'source' || option === 'version') return path === undefined ? 'debootstrap' : 'path';
  return option === 'dest' ? 'directory' : option;
}

/** An error of the template in the image's words. */
export const inImageWords = (image: ImageOptions, error: Error): Error =>
  inWords(error, (option) => imageWord(image, option));

/** Does something with the template; what is wrong with its options is said in the image's words. */
export function ofTemplate<T>(image: ImageOptions, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Error ? inImageWords(image, error) : error;
  }
}
