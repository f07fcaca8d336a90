import type { Image } from '../volume.ts';
import { IsoError, SECTOR, sectorsOf } from './image.ts';

/** Reads a part of an image. @param what the part's name for the error @throws IsoError when the image ends before */
export type Read = (at: number, length: number, what: string) => Promise<Uint8Array>;

/** An image as its reader sees it. */
export interface Source {
  /** Bytes. */
  readonly size: number;
  readonly read: Read;
}

/**
 * An image that is read in whole sectors; no sector has both metadata and content. Those last read are
 * cached, since one has many small continuation areas.
 */
export function sourceOf(image: Image): Source {
  let window: Uint8Array = new Uint8Array();
  let start = 0;
  const read: Read = async (at, length, what) => {
    const short = () => new IsoError(`the image ends at byte ${image.size}, before the end of ${what}`);
    if (at + length > image.size) throw short();
    if (at < start || at + length > start + window.length) {
      start = at - (at % SECTOR);
      window = await image.read(start, Math.min(sectorsOf(at + length) * SECTOR, image.size) - start);
    }
    // The image became shorter while it was read.
    if (at + length > start + window.length) throw short();
    return window.subarray(at - start, at - start + length);
  };
  return { size: image.size, read };
}
