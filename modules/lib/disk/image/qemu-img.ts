import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { runOrFail } from '../../host/process.ts';

/** Milliseconds for a qemu-img that writes no content: storage that hangs must not block the task for ever. */
const PATIENCE = 120_000;

/** Bytes a second. Slower storage counts as hanging. */
const SLOWEST = 1024 ** 2;

/** The timeout for writing so many bytes: milliseconds, a whole number as timers need it. */
export const patienceFor = (bytes: number): number => PATIENCE + Math.ceil((bytes / SLOWEST) * 1000);

/**
 * Runs qemu-img. @throws Failure when it fails or takes too long
 * @param path the disk, for the error
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

/** Whether qemu-img failed because another process has locked the disk (QEMU's file-posix driver). */
export const isLocked = (error: unknown): boolean =>
  error instanceof Failure && /Failed to get .*lock/.test(error.message);
