import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { Script } from 'node:vm';

/** A module's code, which evaluates to a function of Node's `require`. */
export interface Code {
  readonly name: string;
  readonly text: string;
  /** Of the text: V8 itself tells one code from another by nothing but its length. */
  readonly digest: string;
}

/** Where the compiled code of modules is kept on a host. */
export const CODE_CACHE = '/var/cache/piecewise-cloud/code';

// What is in the cache is run by root, so nobody else may have written it.
function cachedCode(path: string): Buffer | undefined {
  try {
    const { uid, mode } = statSync(path);
    return uid === 0 && (mode & 0o022) === 0 ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function writeCode(path: string, data: Buffer): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`;
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

// A cache is no part of what the task is to do: whatever is wrong with it, the task goes on.
function keepCode(directory: string, { name }: Code, file: string, script: Script): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeCode(`${directory}/${file}`, script.createCachedData());
    const old = readdirSync(directory).filter((entry) => entry.startsWith(`${name}-`) && entry !== file);
    for (const entry of old) rmSync(`${directory}/${entry}`, { force: true });
  } catch {}
}

/**
 * Evaluates a module's code, from what V8 compiled when it was run before on this host: that is a tenth of what a task
 * takes there. Only root keeps it, after a run that succeeded, so that the functions that a run needs are in it.
 * @returns what the code evaluates to
 */
export function evaluate(code: Code, require: NodeJS.Require, directory = CODE_CACHE): unknown {
  const file = `${code.name}-${code.digest}-${process.version}`;
  const root = process.getuid?.() === 0;
  const cachedData = root ? cachedCode(`${directory}/${file}`) : undefined;
  const script = new Script(code.text, {
    filename: `${code.name}.js`,
    ...(cachedData ? { cachedData } : {}),
  });
  if (root && (!cachedData || script.cachedDataRejected)) {
    process.once('exit', (status) => {
      if (status === 0) keepCode(directory, code, file, script);
    });
  }
  return script.runInThisContext()(require);
}
