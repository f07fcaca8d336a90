import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  writeSync,
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

/** Bytes that the cache may have: more than the modules of one release take, so what is beyond is of older releases. */
const MOST = 64 * 1024 ** 2;

// Root runs the code in the cache, so no other user may have written it. V8 trusts it as well: damaged code ends the
// process. So a file has it twice, which shows damage and a file that was not written to its end. To compare both takes a
// third of what a checksum by Node's zlib or crypto takes, some 9 ms of each task.
function cachedCode(path: string): Buffer | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return trustedCode(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Bytes that are compared at once: few, since memory that is used for the first time is what takes the time. */
const CHUNK = 64 * 1024;

function trustedCode(file: number): Buffer | undefined {
  const { uid, mode, size } = fstatSync(file);
  if (uid !== 0 || (mode & 0o022) !== 0 || size % 2 === 1) return undefined;
  const code = Buffer.allocUnsafeSlow(size / 2);
  if (readSync(file, code) < code.length) return undefined;
  const again = Buffer.allocUnsafeSlow(CHUNK);
  for (let at = 0; at < code.length; ) {
    const length = readSync(file, again, 0, Math.min(CHUNK, code.length - at), code.length + at);
    if (length === 0 || again.compare(code, at, at + length, 0, length) !== 0) return undefined;
    at += length;
  }
  return code;
}

// Under its final name: a file that was not written to its end is detected, and no temporary file is left.
function writeCode(path: string, data: Buffer): void {
  rmSync(path, { force: true });
  const file = openSync(path, 'wx', 0o600);
  try {
    for (let half = 0; half < 2; half += 1)
      if (writeSync(file, data) < data.length) throw new Error('the disk is full');
    // A power cut could leave zeros, which both halves would have in common.
    fsyncSync(file);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

// Removes other code of this module, and the oldest files where all are too large.
function sweepCode(directory: string, name: string, file: string): void {
  const found = readdirSync(directory).map((entry) => ({ entry, ...statOf(`${directory}/${entry}`) }));
  let size = 0;
  for (const one of found.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    size += one.size;
    if (one.entry === file || (size <= MOST && !one.entry.startsWith(`${name}-`))) continue;
    rmSync(`${directory}/${one.entry}`, { recursive: true, force: true });
  }
}

const statOf = (path: string) => lstatSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };

// The cache only saves time: whatever is wrong with it, the task goes on.
function keepCode(directory: string, { name }: Code, file: string, script: Script): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeCode(`${directory}/${file}`, script.createCachedData());
    sweepCode(directory, name, file);
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
