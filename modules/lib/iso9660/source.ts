import type { Image } from '../volume.ts';
import { IsoError, SECTOR } from './image.ts';

/** Reads a part of an image. @param what the part's name for the error @throws IsoError when the image ends before */
export type Read = (at: number, length: number, what: string) => Promise<Uint8Array>;

/** An image as its reader sees it. */
export interface Source {
  /** Bytes. */
  readonly size: number;
  readonly read: Read;
}

/** What is read at once, in bytes: directories and continuation areas are small and lie side by side. */
const WINDOW = 32 * SECTOR;

/** An image of which the part last read is kept, so that small reads side by side are few. */
export function sourceOf(image: Image): Source {
  let window: Uint8Array = new Uint8Array();
  let start = 0;
  const read: Read = async (at, length, what) => {
    const short = () => new IsoError(`the image ends at byte ${image.size}, before the end of ${what}`);
    if (at + length > image.size) throw short();
    if (at < start || at + length > start + window.length) {
      window = await image.read(at, Math.min(Math.max(length, WINDOW), image.size - at));
      start = at;
    }
    // An image that became shorter while it was read.
    if (at + length > start + window.length) throw short();
    return window.subarray(at - start, at - start + length);
  };
  return { size: image.size, read };
}
