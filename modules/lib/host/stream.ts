import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';
import { fileFailure } from './errors.ts';
import { notInstalled, reasonOf } from './process.ts';
import { spawnTied } from './tied.ts';

/** Bytes in a chunk that is read. */
const CHUNK = 1024 ** 2;

/** A file's content from a place on. */
export async function* streamFile(path: string, start = 0): Bytes {
  try {
    yield* createReadStream(path, { start, highWaterMark: CHUNK });
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Characters of stderr that are kept: more than anyone reads. */
const MAX_STDERR = 65_536;

/**
 * What a program makes of an input, while it is read. The program ends when this process does, however that ends.
 * @param what is read, for the error when the program refuses it
 * @throws Failure with what the program said, and whatever reading the input throws
 */
export async function* pipeThrough(
  program: string,
  args: readonly string[],
  input: Bytes,
  { cwd, what }: { readonly cwd?: string; readonly what: string },
): Bytes {
  const child = spawnTied(program, args, { input: true, ...(cwd === undefined ? {} : { cwd }) });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < MAX_STDERR) stderr += text;
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(new Failure(`${program} can't be run: ${error.message}`)));
    child.once('close', (code) => resolve(code ?? ENDED_BY_SIGNAL));
  });
  const output = { isRead: true };
  const fed = feed(child.stdin, input, output);
  // Their failures are thrown below, when the output has ended.
  for (const one of [ended, fed]) one.catch(() => undefined);
  try {
    yield* child.stdout;
    const code = await ended;
    if (code === NOT_FOUND) throw notInstalled(program);
    await fed;
    if (code !== 0) throw new Failure(`${what}: ${reasonOf(program, stderr, code)}`);
  } finally {
    output.isRead = false;
    child.kill('SIGKILL');
  }
}

const ENDED_BY_SIGNAL = 255;
const NOT_FOUND = 127;

// A program that needs no more closes its input. The rest is read all the same: its checksum counts.
async function feed(stdin: Writable, input: Bytes, output: { readonly isRead: boolean }): Promise<void> {
  let open = true;
  stdin.on('error', () => undefined);
  stdin.once('close', () => {
    open = false;
  });
  try {
    for await (const chunk of input) {
      if (!output.isRead) return;
      if (open && !stdin.write(chunk)) await drained(stdin);
    }
  } finally {
    stdin.end();
  }
}

const drained = (stream: Writable) =>
  new Promise<void>((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
