import { join } from 'node:path';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

// Containers that are made from one template would all have the keys of its SSH server, or none.

const DIRECTORY = 'etc/ssh';
const OTHERS = ['rsa', 'ecdsa', 'dsa'];

/**
 * Gives the SSH server of a new root a key of its own, in place of those of the template.
 * @param work a directory of the caller's, for the key
 * @param first the first user of its range
 */
export async function writeHostKey(host: Host, root: string, work: string, first: number): Promise<void> {
  const key = join(work, 'host-key');
  await runOrFail(host, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'root', '-f', key]);
  for (const [ending, mode] of [
    ['', 0o600],
    ['.pub', 0o644],
  ] as const) {
    const content = await host.read(`${key}${ending}`);
    if (!content) throw new Failure(`ssh-keygen has made no ${key}${ending}`);
    const name = `${DIRECTORY}/ssh_host_ed25519_key${ending}`;
    await host.writeInside(root, name, content, { mode, uid: first, gid: first, directoryMode: 0o755 });
    for (const other of OTHERS) await host.removeInside(root, `${DIRECTORY}/ssh_host_${other}_key${ending}`);
  }
}
