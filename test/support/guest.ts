import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Hypervisor } from '../lab/hypervisor.ts';

/**
 * Pings an address from a hypervisor until it answers.
 * @param limit seconds
 * @returns the line of the answer
 */
export async function waitForPing(hypervisor: Hypervisor, address: string, limit = 600): Promise<string> {
  const end = Date.now() + limit * 1000;
  while (Date.now() < end) {
    const { exitCode, stdout } = await hypervisor.exec(['ping', '-c', '1', '-W', '2', address], {
      check: false,
    });
    if (exitCode === 0) return stdout.split('\n')[1] ?? '';
    await sleep(1000);
  }
  throw new Error(`${address} did not answer within ${limit} s`);
}

/**
 * Runs a command in a guest by SSH, from its hypervisor's network and with the lab's key.
 * @param address as USER@ADDRESS; the user of an image for virtual machines, `debian`, by default
 * @param limit seconds until its SSH must have answered
 */
export async function onGuest(
  hypervisor: Hypervisor,
  address: string,
  command: string,
  limit = 400,
): Promise<{ stdout: string; exitCode: number }> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'ConnectTimeout=5',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  const login = address.includes('@') ? address : `debian@${address}`;
  const ssh = ['ssh', '-i', hypervisor.privateKey, ...flags, login, command];
  const end = Date.now() + limit * 1000;
  for (;;) {
    const { stdout, exitCode } = await execa('nsenter', ['-t', String(hypervisor.pid), '-n', ...ssh], {
      reject: false,
    });
    // 255 is ssh's own failure.
    if (exitCode !== 255 || Date.now() > end) return { stdout, exitCode: exitCode ?? 255 };
    await sleep(1000);
  }
}
