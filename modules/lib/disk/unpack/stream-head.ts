import type { Bytes } from '../../volume.ts';
import { HEAD } from '../formats/detect.ts';

/** A content, and what it begins with. */
export interface StreamHead {
  /** Its first bytes, HEAD of them if it has so many. */
  readonly head: Uint8Array;
  /** The whole of it. */
  readonly all: Bytes;
  /** Ends it, whether it was read or not. */
  close(): Promise<void>;
}

/** Looks at what a content begins with. */
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
