import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process that stays recognisable when its number has been given to another. */
export interface ProcessId {
  pid: number;
  /** Start time in clock ticks since the machine booted (proc(5), field 22 of `stat`). */
  started: string;
  /** The kernel's random id of this boot of the machine. */
  boot: string;
}

const boot = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

// The command's name is in brackets and may hold spaces and brackets, so fields are counted behind the last one.
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined;
  }
}

/** Identifies a running process. Throws if no process has that number. */
export function identify(pid: number): ProcessId {
  const started = startTime(pid);
  if (started === undefined) throw new Error(`process ${pid} has ended`);
  return { pid, started, boot: boot() };
}

/** Whether that very process is still running (a zombie isn't). */
export function isAlive(id: ProcessId | undefined): id is ProcessId {
  return id !== undefined && id.boot === boot() && startTime(id.pid) === id.started;
}

/** Sends a signal if the process is still the same one; true if it was. */
export function signal(id: ProcessId | undefined, name: NodeJS.Signals | number): boolean {
  if (!isAlive(id)) return false;
  try {
    process.kill(id.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** Waits at most `seconds` for the process to end; true if it has. */
export async function ended(id: ProcessId | undefined, seconds: number): Promise<boolean> {
  const until = performance.now() + seconds * 1000;
  while (isAlive(id)) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}

/** Ends a process: SIGTERM, and SIGKILL when it still runs after `seconds`. */
export async function end(id: ProcessId | undefined, seconds = 2): Promise<void> {
  if (signal(id, 'SIGTERM') && !(await ended(id, seconds))) {
    signal(id, 'SIGKILL');
    await ended(id, 5);
  }
}

/** The numbers of all processes below `pid`, nearest first. */
export function descendants(pid: number): number[] {
  const found = [pid];
  for (const parent of found) {
    try {
      for (const task of readdirSync(`/proc/${parent}/task`)) {
        const children = readFileSync(`/proc/${parent}/task/${task}/children`, 'utf8').trim();
        if (children) found.push(...children.split(' ').map(Number));
      }
    } catch {
      // Ended while we looked.
    }
  }
  return found.slice(1);
}

/** The number that a process has in its innermost PID namespace, or undefined if it has ended. */
export function innerPid(pid: number): number | undefined {
  try {
    const line = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split(/\s+/);
    return line && line.length > 1 ? Number(line.at(-1)) : undefined;
  } catch {
    return undefined;
  }
}
