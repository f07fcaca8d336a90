import type { Host } from '../../../host/host.ts';
import { virsh } from '../../virsh.ts';
import type { Target } from './guest.ts';

// A guest looks into a medium when that is inserted (udev), and when an interface comes or goes (cloud-init's hook). That it has
// done so is seen in the statistics of the drive.

/** Milliseconds between two readings. */
const POLL = 500;

/** Milliseconds: how long the first read may take, and after how long without another one the guest has read all. */
export interface Patience {
  readonly first: number;
  readonly still: number;
}

/** udev looks every two seconds whether a medium has changed. */
export const BY_UDEV: Patience = { first: 20_000, still: 2_000 };

/** Python starts before the hook reads. It has looked for the interface by then. */
export const BY_HOOK: Patience = { first: 60_000, still: 1_000 };

/** The hook has written its configuration some seconds after it has read. */
export const CONFIGURED: Patience = { first: 60_000, still: 8_000 };

/** Milliseconds that the hook goes on reading where it fails. */
const FAILING = 60_000;

/** Whether something was done, and whether the guest has read because of it. */
export interface Watched {
  /** Why it can't be done. */
  readonly refused?: string | undefined;
  readonly hasRead: boolean;
}

/**
 * Does something to a guest, and waits until it has read from a drive because of that. A guest that doesn't look is not waited
 * for without end.
 * @param drive its target, such as `sda`
 * @param act @returns why it can't be done
 */
export async function watched(
  host: Host,
  target: Target,
  drive: string,
  { first, still }: Patience,
  act: () => Promise<string | undefined>,
): Promise<Watched> {
  const before = await readsOf(host, target, drive);
  const refused = await act();
  if (refused !== undefined) return { refused, hasRead: false };
  host.report({
    what: `wait until ${target.name} has looked into its seed`,
    done: undefined,
    total: undefined,
  });
  let last = before;
  let until = host.now() + first;
  const end = until + FAILING;
  while (host.now() < Math.min(until, end)) {
    await host.sleep(POLL);
    const reads = await readsOf(host, target, drive);
    if (reads === last) continue;
    last = reads;
    until = host.now() + still;
  }
  return { hasRead: last !== before };
}

/** How many times a guest has read from a drive, as virsh prints it. */
async function readsOf(host: Host, { uri, name }: Target, drive: string): Promise<string> {
  const printed = await virsh(host, uri, 'domblkstat', '--domain', name, '--device', drive);
  return /rd_req (\d+)/.exec(printed)?.[1] ?? '';
}
