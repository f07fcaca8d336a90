import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { codeOf, named } from './errors.ts';
import { writeFile } from './files.ts';
import type { InsideFile, WriteOptions } from './host.ts';

// The root of a container belongs to its guest, who may put a symbolic link in the place of any file or directory, at any
// time. So a path inside it is followed by component: each is opened in the directory that was opened before, and a link is
// an error. What a handle leads to doesn't change when names do.

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** A path of a directory that is open: it leads there whatever its name is meanwhile. See proc(5), "/proc/PID/fd". */
const lasting = (directory: fs.FileHandle) => `/proc/self/fd/${directory.fd}`;

/** In bytes. What is longer is not a file of ours. */
const LONGEST = 16 * 1024 ** 2;

function componentsOf(path: string): string[] {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    throw new Failure(`'${path}' is not a path inside a directory`);
  return parts;
}

const openDirectory = (path: string) => fs.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

const notDirectory = (path: string) =>
  new Failure(
    `${path} is not a directory, or a symbolic link, which the guest may have made: remove it, and run the task again`,
  );

// @param make the attributes of directories that are made where there are none
async function entered(
  parent: fs.FileHandle,
  name: string,
  shown: string,
  make: WriteOptions | undefined,
): Promise<fs.FileHandle | undefined> {
  const path = join(lasting(parent), name);
  let isNew = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const directory = await openDirectory(path);
      if (isNew && make?.uid !== undefined) await directory.chown(make.uid, make.gid ?? make.uid);
      return directory;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ELOOP' || code === 'ENOTDIR') throw notDirectory(shown);
      if (code !== 'ENOENT' || (make && attempt > 0)) throw error;
      if (!make) return undefined;
    }
    // Where another one has made it meanwhile, that is opened.
    isNew = await fs.mkdir(path, { mode: make.mode ?? 0o755 }).then(
      () => true,
      (error) => {
        if (codeOf(error) !== 'EEXIST') throw error;
        return false;
      },
    );
  }
}

/**
 * Does something in the directory of a path inside another one.
 * @param use gets a path of that directory that no link can change, and the last component
 * @returns undefined where the directory doesn't exist
 */
async function withParent<T>(
  root: string,
  path: string,
  make: WriteOptions | undefined,
  use: (directory: string, name: string) => Promise<T>,
): Promise<T | undefined> {
  const parts = componentsOf(path);
  const name = parts.pop() ?? '';
  return named(join(root, path), async () => {
    let directory = await openDirectory(root).catch((error) => {
      if (['ELOOP', 'ENOTDIR'].includes(codeOf(error))) throw notDirectory(root);
      if (codeOf(error) === 'ENOENT' && !make) return undefined;
      throw error;
    });
    let shown = root;
    try {
      for (const part of parts) {
        if (!directory) return undefined;
        shown = join(shown, part);
        const next = await entered(directory, part, shown, make);
        await directory.close();
        directory = next;
      }
      if (!directory) return undefined;
      const opened = lasting(directory);
      try {
        return await use(opened, name);
      } catch (error) {
        if (error instanceof Error) error.message = error.message.replaceAll(opened, shown);
        throw error;
      }
    } finally {
      await directory?.close();
    }
  });
}

/** A file inside a directory whose owner may be hostile; see Host.readInside. */
export const readFileInside = (
  root: string,
  path: string,
  most: number = LONGEST,
): Promise<InsideFile | 'other' | undefined> =>
  withParent<InsideFile | 'other' | undefined>(root, path, undefined, async (directory, name) => {
    let file: fs.FileHandle;
    try {
      file = await fs.open(join(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      // A link, or a socket.
      if (['ELOOP', 'ENXIO'].includes(codeOf(error))) return 'other';
      throw error;
    }
    try {
      const found = await file.stat();
      if (!found.isFile() || found.size > most) return 'other';
      const { bytesRead, buffer } = await file.read(new Uint8Array(found.size), 0, found.size, 0);
      const bytes = buffer.subarray(0, bytesRead);
      return { bytes, mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
    } finally {
      await file.close();
    }
  });

/** Writes a file inside such a directory; see Host.writeInside. */
export async function writeFileInside(
  root: string,
  path: string,
  content: string | Uint8Array,
  options: WriteOptions & { readonly directoryMode?: number },
): Promise<void> {
  const { directoryMode, ...attributes } = options;
  const make = { ...attributes, mode: directoryMode ?? 0o755 };
  await withParent(root, path, make, (directory, name) =>
    writeFile(join(directory, name), content, attributes),
  );
}

/** Removes a file inside such a directory; see Host.removeInside. */
export async function removeFileInside(root: string, path: string): Promise<void> {
  await withParent(root, path, undefined, (directory, name) =>
    fs.unlink(join(directory, name)).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    }),
  );
}
