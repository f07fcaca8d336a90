import { setTimeout as sleep } from 'node:timers/promises';
import type { Hypervisor } from '../lab/hypervisor.ts';

/**
 * Pings an address from a hypervisor until it answers.
 * @param limit seconds
 * @returns the line of the answer
 */
export async function waitForPing(hypervisor: Hypervisor, address: string, limit = 240): Promise<string> {
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
