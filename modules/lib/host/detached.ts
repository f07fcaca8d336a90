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

/** By this variable a run knows that it was detached, and where it is to say how far it has come. */
const VARIABLE = 'PIECEWISE_DETACHED';

/** How to start this very run again. */
export interface Again {
  readonly program: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input?: string;
}

/** A run that goes on by itself. */
export interface Detached {
  /** A directory with its `progress`, its `log`, `room` for what comes of it, and its `result` in the end. */
  readonly place: string;
  readonly pid: number;
}

/** Where a detached run is followed, or undefined for one that isn't detached. */
export const detachedPlace = (): string | undefined => process.env[VARIABLE];

/** Milliseconds in which a run that was started must have begun. */
const BEGINNING = 30_000;

/**
 * Starts a run again, by itself: it outlives this process, and the connection.
 * @param beginning milliseconds in which it must have begun
 * @returns when it has begun, so that what it was started from may go
 */
export async function detach({ program, args, input }: Again, beginning = BEGINNING): Promise<Detached> {
  const place = newPlace();
  const log = openSync(join(place, 'log'), NEW, 0o600);
  const child = spawn(program, args, {
    detached: true,
    cwd: '/',
    stdio: ['pipe', log, log],
    env: { ...process.env, [VARIABLE]: place },
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  for (const start = Date.now(); !isBegun(place); await setTimeout(10)) {
    if (Date.now() - start <= beginning && !ended()) continue;
    // What we say failed must not go on.
    child.kill('SIGKILL');
    throw new Failure(`the work can't be started by itself: see ${place}/log`);
  }
  child.unref();
  return { place, pid: child.pid ?? 0 };
}

// One that is done at once has no progress any more.
const isBegun = (place: string) => ['progress', 'result'].some((name) => existsSync(join(place, name)));

/** Where root's runs are: gone with the next boot. */
const HOME = '/run/piecewise-cloud';

/** Bytes that are kept free for what comes of a run: more than the result of a task for a whole host has. */
const ROOM = 1024 ** 2;

/** @throws Failure where there is no room for a result */
function newPlace(): string {
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
  throw new Failure(`the result of the work would have no place: ${problems.join('; ')}`);
}

// What is found to be full when the work is done would be found too late.
function withRoom(place: string): string {
  try {
    writeFileSync(join(place, 'room'), Buffer.alloc(ROOM), { flag: 'wx', mode: 0o600 });
    return place;
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    throw error;
  }
}

function publish(place: string, name: string, text: string): void {
  const temporary = temporaryBeside(join(place, name));
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(place, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Says that a detached run has begun: what it was started from is no longer needed. */
export const begun = (place: string): void => publish(place, 'progress', '');

/** Leaves a detached run's result for who follows it. */
export function leaveResult(place: string, text: string): void {
  // What it needs may be the last room there is.
  for (const name of ['progress', 'room']) rmSync(join(place, name), { force: true });
  publish(place, 'result', text);
}

/** Milliseconds between two reports: nobody looks more often. */
const PAUSE = 500;
/** Milliseconds that a rate is of. */
const WINDOW = 10_000;

let window: { readonly at: number; readonly done: number | undefined; readonly what: string }[] = [];

/** Says how far a detached run has come; another says nothing. It never fails: the work is what counts. */
export function report({ what, done, total }: Progress): void {
  const place = detachedPlace();
  const at = Date.now();
  const last = window[window.length - 1];
  if (place === undefined || (last?.what === what && at - last.at < PAUSE)) return;
  // Where less is done than before, the work was restarted: its rate counts from there.
  const restarted = last?.done !== undefined && done !== undefined && last.done > done;
  const related = restarted ? [] : window.filter((one) => one.what === what && at - one.at < WINDOW);
  window = [...related, { at, done, what }];
  const [first] = window;
  const seconds = first ? (at - first.at) / 1000 : 0;
  const bytes = first?.done === undefined || done === undefined ? undefined : done - first.done;
  const rate = bytes !== undefined && seconds > 0 ? Math.round(bytes / seconds) : undefined;
  try {
    publish(place, 'progress', JSON.stringify({ what, done, total, rate }));
  } catch {
    // Who follows sees how far it was.
  }
}
