import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { runOrFail } from '../../host/process.ts';

/** Milliseconds in which qemu-img answers that has no content to write: storage that hangs must not hang the task. */
const PATIENCE = 120_000;

/** Bytes a second: slower storage is taken for one that hangs. */
const SLOWEST = 1024 ** 2;

/** Milliseconds in which so many bytes must be written. */
export const patienceFor = (bytes: number): number => PATIENCE + (bytes / SLOWEST) * 1000;

/**
 * Runs qemu-img, which must succeed in time.
 * @param path the disk that it is about, for the error
 * @param written bytes that it has to write
 */
export async function qemuImg(
  host: Host,
  path: string,
  args: readonly string[],
  written = 0,
): Promise<string> {
  try {
    return await runOrFail(host, 'qemu-img', args, { timeout: patienceFor(written) });
  } catch (error) {
    if (!(error instanceof Failure) || !/did not answer within/.test(error.message)) throw error;
    throw new Failure(`${path}: ${error.message}: see whether its storage answers`);
  }
}

/** Whether qemu-img is refused since another process has a disk open (its locks, as of QEMU's file-posix driver). */
export const isLocked = (error: unknown): boolean =>
  error instanceof Failure && /Failed to get .*lock/.test(error.message);
