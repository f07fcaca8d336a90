import { Failure } from '../failure.ts';

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
  EEXIST: 'it is there already',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a symbolic link that leads to itself',
};

/** The system's name of an error, such as `ENOENT`; empty where it has none. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException | undefined)?.code ?? '';

/** An error of the file system in words that name the file; the system's own is its cause. */
export function fileFailure(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  return new Failure(`${path}: ${REASONS[codeOf(error)] ?? (error as Error).message}`, { cause: error });
}

/** Whether it failed for want of rights, whatever is at that path. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Failure && ['EACCES', 'EPERM'].includes(codeOf(error.cause));

/** Does something with a file, and says of errors which. */
export async function named<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** The same, where a file that isn't there is an answer. */
export async function orAbsent<T>(path: string, absent: T, act: () => Promise<T>): Promise<T> {
  return named(path, () =>
    act().catch((error) => {
      if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return absent;
      throw error;
    }),
  );
}
