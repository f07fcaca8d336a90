import { readFileSync } from 'node:fs';
import { type Again, begun, detach, detachedDirectory, leaveResult } from '../host/detached.ts';
import { realHost } from '../host/real.ts';
import { recordUnfinished, sweepUnfinished } from '../host/unfinished.ts';
import type { Module } from './plan.ts';
import type { Validator } from './problems.ts';
import { failureOf, type Result } from './result.ts';
import { run } from './run.ts';

/**
 * The arguments that Ansible wrote over its marker in `source`, as JSON text. They are read as text and not
 * evaluated: a JavaScript literal would drop a `__proto__` key and round a large number unseen.
 * @param source a function with nothing but a comment, which is the marker: `() => {//MARKER` and a line's end before `}`
 */
export function embeddedArguments(source: () => unknown): string {
  const text = source.toString();
  return text.slice(text.indexOf('//') + 2, text.lastIndexOf('\n'));
}

/** A binary module's arguments: a JSON file named on the command line. */
export function argumentsFile(): string {
  const path = process.argv[2];
  if (!path) throw new Error('this is an Ansible module: it takes the path of a JSON file of arguments');
  return readFileSync(path, 'utf8');
}

/** One line of pure ASCII: Ansible reads U+2028, U+2029 and U+0085 in it as line ends, and fails. */
export function encodeResult(result: Result): string {
  const ascii = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(result).replace(/[\u007f-\uffff]/g, ascii)}\n`;
}

/** How a run of a module's text is started again: by the same text, with the same arguments in it. */
export const againByText = (text: string, json: string): Again => ({
  program: process.execPath,
  args: ['-'],
  input: `(${text})(require).run(() => {//${json}\n})`,
});

/** The same for a binary: it reads its arguments' file again. */
export const againByFile = (): Again => ({ program: process.execPath, args: process.argv.slice(2) });

/**
 * A module's process, from the arguments to the exit code.
 * @param again how to start this run again by itself; it gets the arguments
 */
export async function main<Options, State, Step>(
  module: Module<Options, State, Step>,
  validate: Validator,
  readArguments: () => string,
  again: (json: string) => Again,
): Promise<void> {
  // A connection that breaks, perhaps by our own changes, must not end the work half done.
  process.on('SIGHUP', () => {});
  // The output of programs is parsed: it must not be translated.
  process.env.LC_ALL = 'C';
  const directory = detachedDirectory();
  // An error outside of all promises that are awaited ends the process: not without a result.
  process.once('uncaughtException', (error) => {
    give(failureOf(error), directory);
    process.exit(1);
  });
  const json = readArguments();
  if (directory !== undefined) begun(directory);
  recordUnfinished();
  const surroundings = {
    detach: directory === undefined ? async () => ({ ...(await detach(again(json))) }) : undefined,
    sweep: sweepUnfinished,
  };
  give(await run(module, validate, realHost, json, surroundings), directory);
}

/** @param directory where a detached run leaves its result; another one prints it */
function give(result: Result, directory: string | undefined): void {
  const text = encodeResult(result);
  if (directory !== undefined) leaveResult(directory, text);
  else process.stdout.write(text);
  // process.exit() would cut the output off at 64 kB.
  process.exitCode = result.failed ? 1 : 0;
}
