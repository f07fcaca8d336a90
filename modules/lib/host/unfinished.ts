import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeTree } from './remove.ts';

// What is made for a time, and may hold a secret, is to go also where the run that made it is killed. So it is written down
// before: as a link to it, in one directory, where any later run finds it without knowing what it is.

const HERE = '/var/lib/piecewise-cloud/unfinished';

/** The process that made it, when that began, and a number. */
const ENTRY = /^(\d+)-(\d+)-\d+$/;

/** All that we make for a time has it in its name. */
const OURS = 'piecewise-';

// The field 22 of /proc/PID/stat (proc(5)): a process id is given again, when it began isn't.
function begunAt(pid: string): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

let place: string | undefined;
let run: string | undefined;
let count = 0;

/** Has this process write down from now on what it makes for a time. */
export function recordUnfinished(directory = HERE): void {
  place = directory;
}

/**
 * Writes down that something is about to be made for a time. Where that can't be written, it is made all the same.
 * @returns what to call when it is gone, or has its lasting name
 */
export function unfinished(path: string): () => void {
  // What is in a directory of our own goes with it.
  if (place === undefined || path.startsWith('/proc/')) return () => undefined;
  run ??= `${process.pid}-${begunAt('self')}`;
  count += 1;
  const entry = join(place, `${run}-${count}`);
  try {
    mkdirSync(place, { recursive: true, mode: 0o700 });
    symlinkSync(path, entry);
  } catch {
    return () => undefined;
  }
  return () => rmSync(entry, { force: true });
}

/** Removes what killed runs have left. It never fails: the next run finds what is left then. */
export async function sweepUnfinished(directory = HERE): Promise<void> {
  for (const name of entriesOf(directory)) {
    const [, pid, begun] = ENTRY.exec(name) ?? [];
    if (pid === undefined || begunAt(pid) === begun) continue;
    const entry = join(directory, name);
    try {
      const path = readlinkSync(entry);
      if (basename(path).includes(OURS)) await removeTree(path);
      rmSync(entry, { force: true });
    } catch {}
  }
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
