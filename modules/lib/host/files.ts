import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.ts';
import type { FileInfo, WriteOptions } from './host.ts';

const REASONS: Record<string, string> = {
  ENOSPC: 'No space left on device: free some space on its file system',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied: run the task with become',
  EPERM: 'operation not permitted: run the task with become',
  EROFS: 'its file system is read-only',
  ENOENT: "its directory doesn't exist",
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  ENOTEMPTY: "it isn't empty",
};

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

/** An error of the file system in words that name the file. */
export function fileFailure(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(`${path}: ${REASONS[codeOf(error)] ?? (error as Error).message}`);
}

async function named<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileFailure(path, error);
  }
}

async function orAbsent<T>(path: string, absent: T, act: () => Promise<T>): Promise<T> {
  return named(path, () =>
    act().catch((error) => {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return absent;
      throw error;
    }),
  );
}

export const readFile = (path: string): Promise<Uint8Array | undefined> =>
  orAbsent<Uint8Array | undefined>(path, undefined, () => fs.readFile(path));

export const statFile = (path: string): Promise<FileInfo | undefined> =>
  orAbsent<FileInfo | undefined>(path, undefined, async () => {
    const found = await fs.stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
    return { kind, size: found.size, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  });

export const listDirectory = (path: string): Promise<string[]> =>
  orAbsent(path, [], async () => (await fs.readdir(path)).sort());

export const setFileAttributes = (path: string, { mode, uid, gid }: WriteOptions): Promise<void> =>
  named(path, async () => {
    if (uid !== undefined || gid !== undefined) await fs.chown(path, uid ?? -1, gid ?? -1);
    // After chown, which clears the set-id bits.
    if (mode !== undefined) await fs.chmod(path, mode);
  });

export const makeDirectory = (path: string): Promise<void> =>
  named(path, async () => {
    await fs.mkdir(path, { recursive: true });
  });

export const removeFile = (path: string): Promise<void> =>
  named(path, () => fs.rm(path, { force: true, recursive: true }));

export const readFileStart = (path: string, length: number): Promise<Uint8Array | undefined> =>
  orAbsent<Uint8Array | undefined>(path, undefined, async () => {
    const file = await fs.open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });

export const digestFile = (path: string, algorithm: 'sha256' | 'sha512'): Promise<string> =>
  named(path, async () => {
    const hash = createHash(algorithm);
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  });

/** Gives a complete file its name, so that a power cut leaves either nothing under it or all of it. */
export const publishFile = (from: string, to: string): Promise<void> =>
  named(to, async () => {
    await sync(from);
    await fs.rename(from, to);
    await sync(dirname(to));
  });

/** Writes atomically: readers see the old content or the new, also after a power cut. */
export const writeFile = (path: string, content: string | Uint8Array, options: WriteOptions): Promise<void> =>
  named(path, async () => {
    const old = await statFile(path);
    const temporary = join(dirname(path), `.${basename(path)}.piecewise-${process.pid}`);
    try {
      // Private until it has its owner and mode, since it may hold secrets.
      const file = await fs.open(
        temporary,
        constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
        0o600,
      );
      try {
        await file.writeFile(content);
      } finally {
        await file.close();
      }
      await setFileAttributes(temporary, {
        mode: 0o644,
        ...(old && { mode: old.mode, uid: old.uid, gid: old.gid }),
        ...options,
      });
      await publishFile(temporary, path);
    } catch (error) {
      await fs.rm(temporary, { force: true });
      throw error;
    }
  });

async function sync(path: string): Promise<void> {
  const file = await fs.open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
