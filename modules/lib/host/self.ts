import { randomBytes } from 'node:crypto';

/** A variable of this process's environment. */
export const variable = (name: string): string | undefined => process.env[name];

/** The id of this process. */
export const processId = (): number => process.pid;

/** A word that nobody can guess: hexadecimal digits. */
export const randomWord = (): string => randomBytes(8).toString('hex');
