import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.ts';
import type { Image, Pieces } from '../volume.ts';
import { writeContent } from './content.ts';
import { named, orAbsent } from './errors.ts';
import type { FileEnd, FileInfo, Space, WriteOptions } from './host.ts';
import { openItself, replaceBy, replaceFile, syncDirectory } from './temporary.ts';

export const readFile = (path: string): Promise<Uint8Array | undefined> =>
  orAbsent<Uint8Array | undefined>(path, undefined, async () => {
    // Without waiting for whoever may write to a pipe: that, or a device, has no end that can be relied on.
    const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile() && !found.isDirectory()) throw new Failure(`${path} is not a regular file`);
      return path.startsWith('/proc/') ? await readToEnd(file) : await file.readFile();
    } finally {
      await file.close();
    }
  });

// A file of /proc has no size, and gives a page at a time: Node 18 takes the first for all of it.
async function readToEnd(file: fs.FileHandle): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK), 0, CHUNK, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
  }
}

/** Bytes that are read at once. */
const CHUNK = 65_536;

export const statFile = (path: string): Promise<FileInfo | undefined> =>
  orAbsent<FileInfo | undefined>(path, undefined, async () => {
    const found = await fs.stat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
    // POSIX leaves the unit of st_blocks open; on Linux it is 512 bytes (stat(2)).
    const allocated = found.blocks * 512;
    return { kind, size: found.size, allocated, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
  });

/** The file system of what is there: statfs(2). */
export const spaceAt = (path: string): Promise<Space> =>
  named(path, async () => {
    const { blocks, bavail, bsize } = await fs.statfs(path);
    return { size: blocks * bsize, available: bavail * bsize };
  });

async function setAttributes(file: fs.FileHandle, { mode, uid, gid }: WriteOptions): Promise<void> {
  if (uid !== undefined || gid !== undefined) await file.chown(uid ?? -1, gid ?? -1);
  // After chown, which clears the set-id bits.
  if (mode !== undefined) await file.chmod(mode);
}

/** Mode and owner of a file or directory; by a handle, so that no other file gets them. */
export const setFileAttributes = (path: string, options: WriteOptions): Promise<void> =>
  named(path, async () => {
    const file = await openItself(path, constants.O_RDONLY);
    try {
      await setAttributes(file, options);
    } finally {
      await file.close();
    }
  });

export const readFileStart = (path: string, length: number): Promise<Uint8Array | undefined> =>
  orAbsent<Uint8Array | undefined>(path, undefined, async () => {
    // Without waiting for whoever may write to a pipe.
    const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });

/** The last bytes of a regular file that may grow meanwhile; see Host.readEnd. */
export const readFileEnd = (path: string, length: number): Promise<FileEnd | undefined> =>
  orAbsent<FileEnd | undefined>(path, undefined, async () => {
    const file = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return undefined;
      const from = Math.max(0, found.size - length);
      const { bytesRead, buffer } = await file.read(
        new Uint8Array(found.size - from),
        0,
        found.size - from,
        from,
      );
      return { bytes: buffer.subarray(0, bytesRead), age: Math.max(0, Date.now() - found.mtimeMs) };
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
    await syncFile(from);
    await fs.rename(from, to);
    await syncDirectory(dirname(to));
  });

/** The same for a new name. A link, and not a rename, which would replace a file that has got the name meanwhile. */
export const publishNewFile = (from: string, to: string): Promise<void> =>
  named(to, async () => {
    await syncFile(from);
    await fs.link(from, to);
    await fs.rm(from);
    await syncDirectory(dirname(to));
  });

/** Makes a symbolic link, or replaces an existing one. */
export const symlinkFile = (target: string, path: string): Promise<void> =>
  named(path, () => replaceBy(path, (temporary) => fs.symlink(target, temporary)));

export const realPathOf = (path: string): Promise<string | undefined> =>
  orAbsent<string | undefined>(path, undefined, () => fs.realpath(path));

/** A file that is read here and there. */
export const withImage = <T>(path: string, use: (image: Image) => Promise<T>): Promise<T> =>
  named(path, async () => {
    const file = await fs.open(path, 'r');
    try {
      const { size } = await file.stat();
      return await use({
        size,
        async read(at, length) {
          const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)));
          let done = 0;
          while (done < bytes.length) {
            const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
            if (bytesRead === 0) return bytes.subarray(0, done);
            done += bytesRead;
          }
          return bytes;
        },
      });
    } finally {
      await file.close();
    }
  });

/** Writes atomically: readers see the old content or the new, also after a power cut. */
export const writeFile = (
  path: string,
  content: string | Uint8Array | Pieces,
  options: WriteOptions,
): Promise<void> =>
  named(path, async () => {
    const kept = await attributesOf(path);
    await replaceFile(path, async (file) => {
      await writeContent(file, content);
      await setAttributes(file, { mode: 0o644, ...kept, ...options });
    });
  });

// Those of a file that a link leads to aren't the link's, which is what is replaced.
const attributesOf = (path: string): Promise<WriteOptions> =>
  orAbsent(path, {}, async () => {
    const old = await fs.lstat(path);
    return old.isFile() ? { mode: old.mode & 0o7777, uid: old.uid, gid: old.gid } : {};
  });

async function syncFile(path: string): Promise<void> {
  const file = await openItself(path, constants.O_RDONLY);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
