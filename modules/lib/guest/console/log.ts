import type { FileEnd, Host } from '../../host/host.ts';
import { plainLines } from './text.ts';

/** Bytes of a log that are read: a boot prints some 100 KB (measured, Debian 12 and 13), and libvirt keeps 2 MiB in a file. */
const MOST = 1024 ** 2;

/** What a guest has printed on its console. */
export interface Printed {
  /** Without control characters; the last ones, where there are many. */
  readonly lines: readonly string[];
  /** Milliseconds since something was printed. */
  readonly age: number;
}

/**
 * Reads the log of a guest's console, and the end of the older file where this one is short, since it has just begun.
 * @returns undefined where there is no such file, or it can't be read
 */
export async function readConsole(host: Host, path: string): Promise<Printed | undefined> {
  const read = (file: string): Promise<FileEnd | undefined> =>
    host.readEnd(file, MOST).catch(() => undefined);
  const last = await read(path);
  if (!last) return undefined;
  const older = last.bytes.length < MOST ? await read(`${path}.0`) : undefined;
  const text = [older, last].map((end) => new TextDecoder().decode(end?.bytes)).join('');
  return { lines: plainLines(text), age: last.age };
}
