import { withOptionsNamed } from '../../lib/failure.ts';
import type { ImageOptions } from './options.ts';

/** The option of the image for an option of its template. */
function imageWord({ path }: ImageOptions, option: string): string {
  if (option === 'source' || option === 'version') return path === undefined ? 'debootstrap' : 'path';
  return option === 'dest' ? 'directory' : option;
}

/** An error of the template, with the image's options. */
export const inImageWords = (image: ImageOptions, error: Error): Error =>
  withOptionsNamed(error, (option) => imageWord(image, option));

/** Calls the template's code. Its errors name the image's options. */
export function ofTemplate<T>(image: ImageOptions, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Error ? inImageWords(image, error) : error;
  }
}
