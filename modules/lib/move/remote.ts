import { basename, dirname } from 'node:path';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connection, reasonIn } from '../libvirt/virsh.ts';
import { remoteUri, sshArguments, type Target } from './forwarding.ts';

// The old host at work on the new one, through the way between them.

/** Milliseconds in which the way must be open. */
const OPENING = 45_000;
const POLL = 200;

/** Milliseconds: what setTimeout has at most. A copy has no output, and takes as long as it takes. */
const FOR_EVER = 2 ** 31 - 1;

/** Where a way leads. */
export interface Forwarding {
  readonly id: string;
  /** The guest. */
  readonly name: string;
  readonly target: Target;
  /** libvirt's socket of the new host. */
  readonly socket: string;
}

/**
 * Does something while the way is open.
 * @param act gets a promise that is rejected when the way breaks
 * @throws Failure with ssh's own words where it can't be opened
 */
export function withForwarding<T>(
  host: Host,
  forwarding: Forwarding,
  act: (broken: Promise<never>) => Promise<T>,
): Promise<T> {
  const { id, name, target, socket } = forwarding;
  return host.runWhile('ssh', sshArguments(id, name, target, socket), async (ended) => {
    const broken = ended.catch((error: Error): never => {
      throw new Failure(`the SSH connection to ${target.address} ended: ${error.message}`);
    });
    broken.catch(() => undefined);
    await Promise.race([broken, answering(host, id)]);
    return act(broken);
  });
}

async function answering(host: Host, id: string): Promise<void> {
  const end = host.now() + OPENING;
  for (;;) {
    const { code, stderr } = await host.run('virsh', [...connection(remoteUri(id)), 'uri'], {
      timeout: OPENING,
    });
    if (code === 0) return;
    if (host.now() > end) throw new Failure(`libvirt of the new host does not answer: ${reasonIn(stderr)}`);
    await host.sleep(POLL);
  }
}

/** Runs a command of virsh on the new host. @throws Failure */
async function remotely(host: Host, id: string, ...command: string[]): Promise<void> {
  const { code, stderr } = await host.run('virsh', [...connection(remoteUri(id)), ...command]);
  if (code !== 0) throw new Failure(`libvirt of the new host refuses to ${command[0]}: ${reasonIn(stderr)}`);
}

/** Lets a guest of the new host run, that has come suspended. @throws Failure */
export const resumeOnNewHost = (host: Host, id: string, name: string): Promise<void> =>
  remotely(host, id, 'resume', '--domain', name);

/** The name of the pool by which libvirt writes into a directory of the new host, as long as that takes. */
export const poolOf = (id: string): string => `piecewise-${id}`;

/** A file that is sent: from where, to where. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  /** Whether holes stay holes: of a disk. */
  readonly isSparse: boolean;
  /** Bytes. */
  readonly length: number;
}

/** Sends files into files that the new host has made, byte for byte. @throws Failure */
export async function sendFiles(host: Host, id: string, files: readonly Sent[]): Promise<void> {
  const directories = [...new Set(files.map(({ to }) => dirname(to)))];
  for (const directory of directories) {
    const pool = poolOf(id);
    // One that a killed run has left.
    await remotely(host, id, 'pool-destroy', '--pool', pool).catch(() => undefined);
    await remotely(host, id, 'pool-create-as', '--name', pool, '--type', 'dir', '--target', directory);
    try {
      for (const { from, to, isSparse, length } of files.filter((file) => dirname(file.to) === directory)) {
        const what = `send ${basename(from)}`;
        host.report({ what, done: undefined, total: length });
        const flags = isSparse ? ['--sparse'] : [];
        const command = ['vol-upload', '--pool', pool, '--vol', basename(to), '--file', from, ...flags];
        await host.watch('virsh', [...connection(remoteUri(id)), ...command], {
          what,
          silence: FOR_EVER,
          heard: () => undefined,
        });
      }
    } finally {
      await remotely(host, id, 'pool-destroy', '--pool', pool).catch(() => undefined);
    }
  }
}
