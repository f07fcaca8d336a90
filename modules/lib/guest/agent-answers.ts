import { cut, plainLines } from './console/text.ts';

// What a guest's agent answers is untrusted. Sources: qga/qapi-schema.json of QEMU; `cloud-init status` of 22.4 and 25.1.

/** Characters of an answer that are taken. */
const LONGEST = 256 * 1024;

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What an agent returns in its answer; undefined for an answer that is none. */
export function parseReturn(text: string): unknown {
  if (text.length > LONGEST) return undefined;
  try {
    const answer: unknown = JSON.parse(text);
    return isMapping(answer) ? answer.return : undefined;
  } catch {
    return undefined;
  }
}

/** A program that has ended in a guest. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
}

/** The answer to `guest-exec-status`. @returns `runs` for a program that has not ended, undefined for an invalid answer */
export function parseExecuted(value: unknown): Executed | 'runs' | undefined {
  if (!isMapping(value) || typeof value.exited !== 'boolean') return undefined;
  if (!value.exited) return 'runs';
  const { exitcode, 'out-data': data = '' } = value;
  if (typeof data !== 'string') return undefined;
  // A program that a signal has ended has no code.
  const code = typeof exitcode === 'number' ? exitcode : 255;
  return { code, stdout: Buffer.from(data, 'base64').toString('utf8') };
}

/** What cloud-init says of itself. */
export interface CloudInitStatus {
  readonly status: 'running' | 'done' | 'error' | 'disabled';
  /** Its own words about an error, on one line; empty without one. */
  readonly detail: string;
}

const STATUS = /^status: (running|not run|not started|done|error|disabled|degraded \w+)$/;

/** Since 23.4 it ends with 2 where it is done in spite of errors ("recoverable errors"). */
const RECOVERED = 2;

/** Lines of its errors that are shown, and characters. */
const MOST_LINES = 10;
const MOST_TEXT = 500;

/** Reads what `cloud-init status --long` prints. @returns undefined for another text */
export function parseStatus({ code, stdout }: Executed): CloudInitStatus | undefined {
  const lines = plainLines(stdout);
  const found = lines.flatMap((line) => STATUS.exec(line)?.[1] ?? [])[0];
  if (found === undefined) return undefined;
  const status = NAMES[found] ?? (found === 'degraded done' ? 'done' : 'running');
  const isBad = status === 'error' || code === RECOVERED;
  const at = lines.findIndex((line) => /^(?:detail|errors|recoverable_errors):/.test(line));
  const detail = isBad && at >= 0 ? cut(lines.slice(at, at + MOST_LINES).join(' '), MOST_TEXT) : '';
  return { status, detail };
}

const NAMES: Readonly<Record<string, CloudInitStatus['status']>> = {
  done: 'done',
  error: 'error',
  disabled: 'disabled',
};
