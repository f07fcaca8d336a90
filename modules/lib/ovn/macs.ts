import { createHash } from 'node:crypto';
import { names } from './desired.ts';

/** The MAC address of a port that no guest has: always the same one for the same port. */
export function macOf(owner: string, port: string): string {
  const digest = createHash('sha256').update(`${owner}/${port}`).digest('hex');
  // Locally administered, and in another range than QEMU's.
  return ['0a', ...(digest.slice(0, 10).match(/../g) ?? [])].join(':');
}

/** The MAC address of a network's router. */
export const routerMac = (network: string, owner: string): string => macOf(owner, names.gatewayPort(network));
