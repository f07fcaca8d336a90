import { basename, dirname, join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';

// The field 22 of /proc/PID/stat (proc(5)): a process id is given again, when it began isn't. The fields are counted
// from behind the name, which may hold anything.
async function begunAt(host: Host, pid: string): Promise<string | undefined> {
  const text = await readText(host, `/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

/**
 * Does something for a file in a directory of its own beside it, which is gone in the end. What killed runs left of
 * theirs is removed first.
 * @param path the file to be made
 * @throws Failure when another run is making it now
 */
export async function withWorkDirectory<T>(
  host: Host,
  path: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const prefix = `.${basename(path)}.piecewise-`;
  const run = `${process.pid}-${(await begunAt(host, 'self')) ?? 0}`;
  await host.makeDirectory(dirname(path));
  return host.withNewDirectory(join(dirname(path), `${prefix}${run}-`), async (work) => {
    // Looked for after ours is there, so that of two that begin at once each sees the other.
    for (const name of await host.list(dirname(path))) {
      const [, other, pid = '', begun] = RUN.exec(name.slice(prefix.length)) ?? [];
      if (!name.startsWith(prefix) || other === undefined || other === run) continue;
      if ((await begunAt(host, pid)) === begun) {
        throw new Failure(`${path} is being made by another run (process ${pid}): wait until it is done`);
      }
      await host.removeTree(join(dirname(path), name));
    }
    return use(work);
  });
}

// What release 0.1.0 left has nothing behind its process.
const RUN = /^((\d+)-(\d+))(?:-\w{6})?$/;
