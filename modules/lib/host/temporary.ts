import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Failure } from '../failure.ts';
import { codeOf } from './errors.ts';
import { randomWord } from './self.ts';
import { unfinished } from './unfinished.ts';

// Files are made in directories that may belong to another user, who could put a symbolic link there first. So no name can
// be guessed, no existing file is opened as a new one, and no link is followed.

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** The flags that open a new file for writing: they fail on whatever has its name. */
export const NEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/** A path beside another that is to be renamed to it. */
export const temporaryBeside = (path: string): string =>
  join(dirname(path), `.${basename(path)}.piecewise-${randomWord()}`);

/** Whether a file's name is that of a temporary one, which a killed run may have left. */
export const isTemporary = (name: string): boolean => /^\..*\.piecewise-[0-9a-f]+$/.test(name);

/** Makes something under a temporary name, and renames it. A power cut leaves the old file, or all of the new one. */
export async function replaceBy(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  const finish = unfinished(temporary);
  try {
    await make(temporary);
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  } finally {
    finish();
  }
  await syncDirectory(dirname(path));
}

/**
 * Makes a file, or replaces one. Until it is complete only its owner can read it.
 * @param fill writes it, and sets its attributes
 */
export const replaceFile = (path: string, fill: (file: fs.FileHandle) => Promise<void>): Promise<void> =>
  replaceBy(path, async (temporary) => {
    const file = await fs.open(temporary, NEW, 0o600);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
  });

/** Makes what was renamed in a directory outlive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path, O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Opens an existing file, unless the last part of its path is a symbolic link. For a pipe, it doesn't wait for a writer.
 * @throws Failure for a link
 */
export async function openItself(path: string, flags: number, mode?: number): Promise<fs.FileHandle> {
  try {
    return await fs.open(path, flags | O_NOFOLLOW | O_NONBLOCK, mode);
  } catch (error) {
    if (codeOf(error) !== 'ELOOP') throw error;
    throw new Failure(
      `${path} is a symbolic link, which another user may have made: give the path that it leads to`,
    );
  }
}
