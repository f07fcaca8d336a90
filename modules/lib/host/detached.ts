import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Failure } from '../failure.ts';
import type { Progress } from './host.ts';

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
  /** A directory with its `progress`, its `log`, and its `result` in the end. */
  readonly place: string;
  readonly pid: number;
}

/** Where a detached run is followed, or undefined for one that isn't detached. */
export const detachedPlace = (): string | undefined => process.env[VARIABLE];

/** Milliseconds in which a run that was started must have begun. */
const BEGINNING = 30_000;

/**
 * Starts a run again, by itself: it outlives this process, and the connection.
 * @returns when it has begun, so that what it was started from may go
 */
export async function detach({ program, args, input }: Again): Promise<Detached> {
  const home = process.getuid?.() === 0 ? '/run/piecewise-cloud' : tmpdir();
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const place = mkdtempSync(join(home, 'run-'));
  const log = openSync(join(place, 'log'), 'w', 0o600);
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
  for (const start = Date.now(); !existsSync(join(place, 'progress')); await setTimeout(10)) {
    if (Date.now() - start > BEGINNING || child.exitCode !== null) {
      throw new Failure(`the work can't be started by itself: see ${place}/log`);
    }
  }
  child.unref();
  return { place, pid: child.pid ?? 0 };
}

function publish(place: string, name: string, text: string): void {
  writeFileSync(join(place, `.${name}`), text, { mode: 0o600 });
  renameSync(join(place, `.${name}`), join(place, name));
}

/** Says that a detached run has begun: what it was started from is no longer needed. */
export const begun = (place: string): void => publish(place, 'progress', '');

/** Leaves a detached run's result for who follows it. */
export const leaveResult = (place: string, text: string): void => publish(place, 'result', text);

/** Milliseconds between two reports: nobody looks more often. */
const PAUSE = 500;
/** Milliseconds that a rate is of. */
const WINDOW = 10_000;

let window: { readonly at: number; readonly done: number; readonly what: string }[] = [];

/** Says how far a detached run has come; another says nothing. */
export function report({ what, done, total }: Progress): void {
  const place = detachedPlace();
  const at = Date.now();
  const last = window[window.length - 1];
  if (place === undefined || (last?.what === what && at - last.at < PAUSE)) return;
  window = [...window.filter((one) => one.what === what && at - one.at < WINDOW), { at, done, what }];
  const [first] = window;
  const seconds = first ? (at - first.at) / 1000 : 0;
  const rate = first && seconds > 0 ? Math.round((done - first.done) / seconds) : undefined;
  publish(place, 'progress', JSON.stringify({ what, done, total, rate }));
}
