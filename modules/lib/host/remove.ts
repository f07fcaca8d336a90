import * as fs from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { codeOf, named, orAbsent } from './errors.ts';
import { reasonOf, runProcess } from './process.ts';

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

/** Removes a directory that has nothing in it. One that has stays, and so does what else may have its name. */
export const removeDirectory = (path: string): Promise<void> => named(path, () => removeEmpty(path));

/** The same without a name in errors: a directory that has been moved away is empty, and its name is not ours any more. */
export async function removeEmpty(path: string): Promise<void> {
  try {
    await fs.rmdir(path);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENOTEMPTY'].includes(codeOf(error))) throw error;
  }
}
