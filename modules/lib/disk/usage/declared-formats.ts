import { oncePerHost } from '../../host/once.ts';

/** The formats that the task gives for disks, by where their paths lead. */
export const declaredFormats = oncePerHost(() => new Map<string, string>());
