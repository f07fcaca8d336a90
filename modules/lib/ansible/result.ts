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

const warningsIn = (warnings: readonly string[]) => (warnings.length > 0 ? { warnings } : {});

/** The result of a task without a list. @param more warnings beside those of its item */
export function resultOfOne([report]: readonly Report[], mode: Mode, more: readonly string[] = []): Result {
  if (!report) return { changed: false, skipped: true, ...warningsIn(more) };
  const { result, changes, warnings } = report;
  return { ...result, ...diffIn(mode, changes), ...warningsIn([...more, ...warnings]) };
}

/**
 * The result of a task in list form: each item's in `results`, and what they have in common beside it.
 * @param more warnings beside those of the items
 */
export function resultOfList(reports: readonly Report[], mode: Mode, more: readonly string[] = []): Result {
  const messages = reports
    .filter(({ result }) => result.failed)
    .map(({ key, result }) => (key ? `${key}: ${result.msg}` : result.msg));
  const warnings = [...new Set([...more, ...reports.flatMap((report) => report.warnings)])];
  return {
    changed: reports.some(({ result }) => result.changed),
    ...(messages.length > 0 ? { failed: true, msg: [...new Set(messages)].join('\n') } : {}),
    results: reports.map(({ key, result, changes }) => ({
      ...(key === undefined ? {} : { item: key }),
      ...result,
      ...diffIn(mode, changes),
    })),
    ...diffIn(
      mode,
      reports.flatMap(({ changes }) => changes),
    ),
    ...warningsIn(warnings),
  };
}
