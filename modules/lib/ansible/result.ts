import { Failure } from '../failure.ts';
import type { Mode } from './arguments.ts';
import type { Change } from './plan.ts';

/** What Ansible prints and registers. */
export type Result = Record<string, unknown> & { changed: boolean; failed?: boolean; msg?: string };

/** What came of one item. */
export interface Report {
  /** Undefined where the item's options couldn't be read. */
  readonly key: string | undefined;
  readonly result: Result;
  readonly changes: readonly Change<unknown>[];
  readonly warnings: readonly string[];
}

/** The result of what could not be done. */
export const failed = (msg: string): Result & { failed: true; msg: string } => ({
  changed: false,
  failed: true,
  msg,
});

// V8's message where a recursion takes all of the stack.
const TOO_DEEP = /^Maximum call stack size exceeded$/;

/** The result of an error: with its stack where it is a fault of ours, and not a Failure. */
export function failureOf(error: Error): Result & { failed: true; msg: string } {
  if (error instanceof Failure) return failed(error.message);
  if (TOO_DEEP.test(error.message)) return failed('a value of the task or of the host is nested too deep');
  return { ...failed(error.message), exception: error.stack ?? error.message };
}

const diffText = (value: unknown) =>
  value === undefined || value === null
    ? ''
    : typeof value === 'string'
      ? value
      : `${JSON.stringify(value, undefined, 2)}\n`;

const diffOf = (changes: Report['changes']) =>
  changes.map(({ title, before, after }) => ({
    before_header: title,
    after_header: title,
    before: diffText(before),
    after: diffText(after),
  }));

const diffIn = (mode: Mode, changes: Report['changes']) => (mode.diff ? { diff: diffOf(changes) } : {});

/** The result of a task without a list. */
export function resultOfOne([report]: readonly Report[], mode: Mode): Result {
  if (!report) return { changed: false, skipped: true };
  const { result, changes, warnings } = report;
  return { ...result, ...diffIn(mode, changes), ...(warnings.length > 0 ? { warnings } : {}) };
}

/** The result of a task in list form: each item's in `results`, and what they have in common beside it. */
export function resultOfList(reports: readonly Report[], mode: Mode): Result {
  const messages = reports
    .filter(({ result }) => result.failed)
    .map(({ key, result }) => (key ? `${key}: ${result.msg}` : result.msg));
  const warnings = [...new Set(reports.flatMap((report) => report.warnings))];
  return {
    changed: reports.some(({ result }) => result.changed),
    ...(messages.length > 0 ? { failed: true, msg: messages.join('\n') } : {}),
    results: reports.map(({ key, result, changes }) => ({
      ...(key === undefined ? {} : { item: key }),
      ...result,
      ...diffIn(mode, changes),
    })),
    ...diffIn(
      mode,
      reports.flatMap(({ changes }) => changes),
    ),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
