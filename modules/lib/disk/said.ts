import { oncePerHost } from '../host/once.ts';

/** The formats that the task says disks have, by where their paths lead. */
export const saidOf = oncePerHost(() => new Map<string, string>());
