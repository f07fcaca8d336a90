import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { codeOf, named, orAbsent } from './errors.ts';
import { reasonOf, runProcess } from './process.ts';
import { openItself } from './temporary.ts';

export const listDirectory = (path: string): Promise<string[]> =>
  orAbsent(path, [], async () => (await fs.readdir(path)).sort());

export const makeDirectory = (path: string): Promise<void> =>
  named(path, async () => {
    await fs.mkdir(path, { recursive: true });
  });

/** Removes a file, or a symbolic link itself; see Host.remove. */
export const removeFile = (path: string): Promise<void> => orAbsent(path, undefined, () => fs.unlink(path));

/** Removes a file, or a directory with all that is in it; see Host.removeTree. */
export const removeTree = (path: string): Promise<void> =>
  orAbsent(path, undefined, async () => {
    if ((await fs.lstat(path)).isDirectory()) await removeWhole(path);
    else await fs.unlink(path);
  });

// Node looks what something is and then goes into it by its name, where a link may be by then. rm(1) does not.
async function removeWhole(path: string): Promise<void> {
  const { code, stderr } = await runProcess('rm', ['-rf', '--', path]);
  if (code !== 0) throw new Failure(reasonOf('rm', stderr, code));
}

const PRIVATE = 0o700;

/**
 * Does something in a new directory of its own, which is gone in the end.
 * @param prefix what its path begins with; the rest can't be guessed
 * @param use gets a path that leads to this directory, for us and the programs that we run, whatever becomes of its name
 */
export async function withNewDirectory<T>(prefix: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await named(prefix, () => fs.mkdtemp(prefix));
  const directory = await named(path, () => openItself(path, constants.O_DIRECTORY));
  // See proc(5), "/proc/PID/fd".
  const lasting = `/proc/${process.pid}/fd/${directory.fd}`;
  try {
    const { uid, mode } = await directory.stat();
    if (uid !== process.geteuid?.() || (mode & 0o777) !== PRIVATE) {
      throw new Failure(`${path} is not the directory that was made: another user has put it there`);
    }
    return await use(lasting);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(lasting, path);
    throw error;
  } finally {
    for (const name of await fs.readdir(lasting)) await removeTree(join(lasting, name));
    await directory.close();
    await removeEmpty(path);
  }
}

/** Removes a directory that has nothing in it. One that has stays, and so does what else may have its name. */
export const removeDirectory = (path: string): Promise<void> => named(path, () => removeEmpty(path));

// One that has been moved away is empty, and its name is not ours any more.
async function removeEmpty(path: string): Promise<void> {
  try {
    await fs.rmdir(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes(codeOf(error))) throw error;
  }
}
