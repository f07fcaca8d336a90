import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeTree } from './remove.ts';

// A temporary file may hold a secret, so it must be removed even if the run that made it is killed. Before it is made, a link
// to it is put into one directory, where any later run finds it without knowing what it is.

const HERE = '/var/lib/piecewise-cloud/unfinished';

/** The id of the process that made it, when that process began, and a number. */
const ENTRY = /^(\d+)-(\d+)-\d+$/;

/** Part of the name of every temporary file of ours. */
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

let records: string | undefined;
let run: string | undefined;
let count = 0;

/** From now on, this process records its temporary files. */
export function recordUnfinished(directory = HERE): void {
  records = directory;
}

/**
 * Records that a temporary file is about to be made. The file is made even where the record can't be written.
 * @returns what to call when the file is removed, or has its final name
 */
export function unfinished(path: string): () => void {
  // A file in a temporary directory of ours is removed with it.
  if (records === undefined || path.startsWith('/proc/')) return () => undefined;
  run ??= `${process.pid}-${begunAt('self')}`;
  count += 1;
  const entry = join(records, `${run}-${count}`);
  try {
    mkdirSync(records, { recursive: true, mode: 0o700 });
    symlinkSync(path, entry);
  } catch {
    return () => undefined;
  }
  return () => rmSync(entry, { force: true });
}

/** Removes the temporary files of killed runs. It never fails: the next run tries again. */
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
