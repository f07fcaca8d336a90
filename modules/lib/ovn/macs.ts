import { createHash } from 'node:crypto';

/** The MAC address of a port that no guest has: always the same one for the same port. */
export function macOf(owner: string, port: string): string {
  const digest = createHash('sha256').update(`${owner}/${port}`).digest('hex');
  // Locally administered, and in another range than QEMU's.
  return ['0a', ...(digest.slice(0, 10).match(/../g) ?? [])].join(':');
}
