import type { Host } from '../../../host/host.ts';
import { valueAt } from '../../../xml/element.ts';
import type { LiveStep } from '../plan/step.ts';
import { attempt, type Target } from './guest.ts';
import { BY_UDEV, watched } from './reads.ts';

/**
 * Ejects the medium of a drive and inserts the same file again, so that QEMU opens the file that is now at its path.
 * `--update` with the same path does nothing (measured).
 * @returns why the guest keeps the former one; undefined when it is done
 */
export async function reinsert(
  host: Host,
  target: Target,
  { device, isAwaited }: Extract<LiveStep, { act: 'reinsert' }>,
): Promise<string | undefined> {
  const [drive, file] = [valueAt(device, 'target/@dev') ?? '', valueAt(device, 'source/@file') ?? ''];
  const change = (...flags: string[]) =>
    attempt(host, target, 'change-media', '--path', drive, ...flags, '--live');
  const exchange = async () => (await change('--eject')) ?? (await change('--insert', '--source', file));
  return isAwaited ? (await watched(host, target, drive, BY_UDEV, exchange)).refused : exchange();
}
