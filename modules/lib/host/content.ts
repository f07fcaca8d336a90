import { constants } from 'node:fs';
import type * as fs from 'node:fs/promises';
import { Failure } from '../failure.ts';
import type { Bytes, Content, Pieces } from '../volume.ts';
import { named } from './errors.ts';
import { streamFile } from './stream.ts';
import { NEW, openItself } from './temporary.ts';
import { encodeText } from './text.ts';

/** Bytes that small pieces are put together to, so that each isn't a write of its own. */
const BATCH = 1024 ** 2;

async function* bytesOf(content: Content): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    yield content;
    return;
  }
  let seen = 0;
  for await (const chunk of streamFile(content.source)) {
    seen += chunk.length;
    if (seen <= content.size) yield chunk;
  }
  if (seen !== content.size) {
    throw new Failure(
      `${content.source} changed its size while it was read: run again when it no longer changes`,
    );
  }
}

async function* batched(pieces: Pieces): AsyncGenerator<Uint8Array> {
  let batch: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    for await (const bytes of bytesOf(piece)) {
      batch.push(bytes);
      size += bytes.length;
      if (size < BATCH) continue;
      yield Buffer.concat(batch);
      batch = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(batch);
}

/** Writes a whole content into an open file. */
export async function writeContent(
  file: fs.FileHandle,
  content: string | Uint8Array | Pieces,
): Promise<void> {
  if (typeof content === 'string') return file.writeFile(encodeText(content));
  if (content instanceof Uint8Array) return file.writeFile(content);
  for await (const bytes of batched(content)) await writeAll(file, bytes, null);
}

/** Writes all bytes, at a position or at the file's current one. */
async function writeAll(file: fs.FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === null ? null : position + done;
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
}

/** What is zero in a whole block takes no room: the block of common file systems. */
const BLOCK = 4096;

const ZEROS = new Uint8Array(BLOCK);

const isEmpty = (block: Uint8Array) =>
  Buffer.compare(block, block.length === BLOCK ? ZEROS : ZEROS.subarray(0, block.length)) === 0;

// The stretches of a chunk that aren't zero, in whole blocks.
function* stretches(chunk: Uint8Array): Generator<readonly [number, number]> {
  let start = -1;
  for (let at = 0; at < chunk.length; at += BLOCK) {
    const empty = isEmpty(chunk.subarray(at, at + BLOCK));
    if (!empty && start < 0) start = at;
    if (!empty || start < 0) continue;
    yield [start, at];
    start = -1;
  }
  if (start >= 0) yield [start, chunk.length];
}

async function opened<T>(path: string, flags: number, use: (file: fs.FileHandle) => Promise<T>): Promise<T> {
  const file = await named(path, () => openItself(path, flags, 0o600));
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/**
 * Writes a new file with holes for what is zero.
 * @returns its length in bytes
 */
export const writeSparse = (path: string, content: Bytes): Promise<number> =>
  opened(path, NEW, async (file) => {
    let length = 0;
    for await (const chunk of content) {
      for (const [from, to] of stretches(chunk)) {
        await named(path, () => writeAll(file, chunk.subarray(from, to), length + from));
      }
      length += chunk.length;
    }
    await named(path, () => file.truncate(length));
    return length;
  });

const { O_APPEND, O_CREAT, O_WRONLY } = constants;

/**
 * Writes at the end of a file, which is made if it doesn't exist.
 * @throws Failure where the file may be another user's
 */
export const appendTo = (path: string, content: Bytes): Promise<void> =>
  opened(path, O_WRONLY | O_APPEND | O_CREAT, async (file) => {
    const found = await file.stat();
    if (!found.isFile() || found.uid !== process.geteuid?.() || found.nlink !== 1) {
      throw new Failure(`${path} may be a file of another user: remove it, and run again`);
    }
    for await (const chunk of content) await named(path, () => writeAll(file, chunk, null));
  });
