import type { Bytes } from '../../volume.ts';
import { HEAD } from '../formats/detect.ts';

/** A stream, and its first bytes. */
export interface StreamHead {
  /** Its first bytes, HEAD of them if it has so many. */
  readonly head: Uint8Array;
  /** The whole stream, the head included. */
  readonly all: Bytes;
  /** Ends the stream, read or not. */
  close(): Promise<void>;
}

/** Reads the first bytes of a stream. */
export async function readStreamHead(content: Bytes): Promise<StreamHead> {
  const chunks: Uint8Array[] = [];
  const rest = content[Symbol.asyncIterator]();
  let length = 0;
  while (length < HEAD) {
    const { done, value } = await rest.next();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  const head = Buffer.concat(chunks);
  async function* all(): Bytes {
    yield head;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return {
    head,
    all: all(),
    async close() {
      await rest.return?.();
    },
  };
}
