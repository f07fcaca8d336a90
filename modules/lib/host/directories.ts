import { constants, mkdtempSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { named, orAbsent } from './errors.ts';
import { removeEmpty, removeTree } from './remove.ts';
import { openItself } from './temporary.ts';
import { unfinished } from './unfinished.ts';

export const listDirectory = (path: string): Promise<string[]> =>
  orAbsent(path, [], async () => (await fs.readdir(path)).sort());

export const makeDirectory = (path: string): Promise<void> =>
  named(path, async () => {
    await fs.mkdir(path, { recursive: true });
  });

const PRIVATE = 0o700;

/**
 * Does something in a new directory, which is removed in the end.
 * @param prefix what its path begins with; the rest can't be guessed
 * @param use gets a path that leads to this directory, for us and the programs that we run, even if the directory is renamed
 */
export async function withNewDirectory<T>(prefix: string, use: (path: string) => Promise<T>): Promise<T> {
  // One directly after the other, since the name isn't known before.
  const path = await named(prefix, async () => mkdtempSync(prefix));
  const finish = unfinished(path);
  const directory = await named(path, () => openItself(path, constants.O_DIRECTORY));
  // See proc(5), "/proc/PID/fd".
  const lasting = `/proc/${process.pid}/fd/${directory.fd}`;
  try {
    const { uid, mode } = await directory.stat();
    if (uid !== process.geteuid?.() || (mode & 0o777) !== PRIVATE) {
      throw new Failure(`${path} is not the directory that was made: another user has replaced it`);
    }
    return await use(lasting);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(lasting, path);
    throw error;
  } finally {
    for (const name of await fs.readdir(lasting)) await removeTree(join(lasting, name));
    await directory.close();
    await removeEmpty(path);
    finish();
  }
}
