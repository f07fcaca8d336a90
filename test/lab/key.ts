import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { cacheDir, withLock } from './cache.ts';
import { paths } from './state.ts';

/** The file of the private key that opens every hypervisor of the lab; made when first asked for. */
export const privateKeyFile = (): Promise<string> =>
  withLock('key', async () => {
    const file = path.join(cacheDir('key'), 'id_ed25519');
    if (!existsSync(file))
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', file]);
    return file;
  });

/** The public key as a line for `authorized_keys`. */
export const publicKey = async (): Promise<string> => readFile(`${await privateKeyFile()}.pub`, 'utf8');

/**
 * The options of ssh_config(5) that reach a hypervisor with no network at all: sshd runs inside it on the connection's own
 * pipe. They stay valid over a reboot.
 */
export const sshOptions = (name: string): Readonly<Record<string, string>> => ({
  ProxyCommand: `nsenter -t $(cat ${paths(name).pid}) -a -r /usr/sbin/sshd -i`,
  StrictHostKeyChecking: 'no',
  UserKnownHostsFile: '/dev/null',
  LogLevel: 'ERROR',
});

/** The same as arguments for ssh, and for `ansible_ssh_common_args`. */
export const sshCommonArgs = (name: string): string =>
  Object.entries(sshOptions(name))
    .map(([option, value]) => `-o ${option}="${value}"`)
    .join(' ');
