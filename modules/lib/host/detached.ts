import { spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import { fileFailure } from './errors.ts';
import type { Progress } from './host.ts';
import { NEW, temporaryBeside } from './temporary.ts';

/** This variable tells a run that it is detached, and in which directory it reports its progress. */
const VARIABLE = 'PIECEWISE_DETACHED';

/** How to start this very run again. */
export interface Again {
  readonly program: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input?: string;
}

/** A run in the background. */
export interface Detached {
  /** A directory with its `progress`, its `log`, `room` for what comes of it, and its `result` in the end. */
  readonly directory: string;
  readonly pid: number;
}

/** Where a detached run is followed, or undefined for one that isn't detached. */
export const detachedDirectory = (): string | undefined => process.env[VARIABLE];

/** Milliseconds in which a started run must begin. */
const BEGINNING = 30_000;

/**
 * Starts a run again in the background: it outlives this process, and the connection.
 * @param beginning milliseconds in which it must begin
 * @returns when it has begun, and no longer needs the files that it was started from
 */
export async function detach({ program, args, input }: Again, beginning = BEGINNING): Promise<Detached> {
  const directory = newDirectory();
  const log = openSync(join(directory, 'log'), NEW, 0o600);
  const child = spawn(program, args, {
    detached: true,
    cwd: '/',
    stdio: ['pipe', log, log],
    env: { ...process.env, [VARIABLE]: directory },
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  for (const start = Date.now(); !isBegun(directory); await setTimeout(10)) {
    if (Date.now() - start <= beginning && !ended()) continue;
    // The task fails, so the run must not go on.
    child.kill('SIGKILL');
    throw new Failure(`the work can't be started in the background: see ${directory}/log`);
  }
  child.unref();
  return { directory, pid: child.pid ?? 0 };
}

// A run that is done at once has removed its progress.
const isBegun = (directory: string) =>
  ['progress', 'result'].some((name) => existsSync(join(directory, name)));

/** The directory of root's runs: it is empty after a boot. */
const HOME = '/run/piecewise-cloud';

/** Bytes that are kept free for what comes of a run: more than the result of a task for a whole host has. */
const ROOM = 1024 ** 2;

/** @throws Failure where there is no room for a result */
function newDirectory(): string {
  const elsewhere = [tmpdir(), join(tmpdir(), 'piecewise-run-')] as const;
  const all = process.getuid?.() === 0 ? [[HOME, join(HOME, 'run-')] as const, elsewhere] : [elsewhere];
  const problems: string[] = [];
  for (const [directory, prefix] of all) {
    try {
      if (directory === HOME) mkdirSync(HOME, { recursive: true, mode: 0o755 });
      return withRoom(mkdtempSync(prefix));
    } catch (error) {
      problems.push(fileFailure(directory, error).message);
    }
  }
  throw new Failure(`there is no room for the result of the work: ${problems.join('; ')}`);
}

// The room is taken now: a full disk that is noticed when the work is done is noticed too late.
function withRoom(directory: string): string {
  try {
    writeFileSync(join(directory, 'room'), Buffer.alloc(ROOM), { flag: 'wx', mode: 0o600 });
    return directory;
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

function publish(directory: string, name: string, text: string): void {
  const temporary = temporaryBeside(join(directory, name));
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(directory, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Tells that a detached run has begun, and no longer needs the files that it was started from. */
export const begun = (directory: string): void => publish(directory, 'progress', '');

/** Writes a detached run's result, for the controller to fetch. */
export function leaveResult(directory: string, text: string): void {
  // Their room may be the last that is free.
  for (const name of ['progress', 'room']) rmSync(join(directory, name), { force: true });
  publish(directory, 'result', text);
}

/** Milliseconds between two reports: the controller doesn't look more often. */
const PAUSE = 500;
/** Milliseconds over which a rate is measured. */
const WINDOW = 10_000;

let window: { readonly at: number; readonly done: number | undefined; readonly what: string }[] = [];

/** Reports the progress of a detached run; other runs report nothing. It never fails: the work is what counts. */
export function report({ what, done, total }: Progress): void {
  const directory = detachedDirectory();
  const at = Date.now();
  const last = window[window.length - 1];
  if (directory === undefined || (last?.what === what && at - last.at < PAUSE)) return;
  // Where less is done than before, the work was restarted: its rate counts from there.
  const restarted = last?.done !== undefined && done !== undefined && last.done > done;
  const related = restarted ? [] : window.filter((one) => one.what === what && at - one.at < WINDOW);
  window = [...related, { at, done, what }];
  const [first] = window;
  const seconds = first ? (at - first.at) / 1000 : 0;
  const bytes = first?.done === undefined || done === undefined ? undefined : done - first.done;
  const rate = bytes !== undefined && seconds > 0 ? Math.round(bytes / seconds) : undefined;
  try {
    publish(directory, 'progress', JSON.stringify({ what, done, total, rate }));
  } catch {
    // The last report stays.
  }
}
