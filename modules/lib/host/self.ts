import { closeSync, openSync, readSync } from 'node:fs';

/** A variable of this process's environment. */
export const variable = (name: string): string | undefined => process.env[name];

/** The id of this process. */
export const processId = (): number => process.pid;

/** The architecture of this machine, by Node's name of it: `x64`, `arm64`. */
export const architecture = (): string => process.arch;

/** The version of the Node.js that runs this. */
export const nodeVersion = (): string => process.versions.node;

/** A word that nobody can guess: 16 hexadecimal digits. */
export function randomWord(): string {
  // Node's crypto has them from the same place, but takes 4 ms to load, and most tasks that change nothing need no more of it.
  const bytes = Buffer.alloc(8);
  const file = openSync('/dev/urandom', 'r');
  try {
    if (readSync(file, bytes) !== bytes.length) throw new Error('/dev/urandom gave too few bytes');
  } finally {
    closeSync(file);
  }
  return bytes.toString('hex');
}
