import { basename, dirname, join } from 'node:path';
import { Failure } from '../failure.ts';
import { begunAt } from '../host/begun.ts';
import type { Host } from '../host/host.ts';
import { processId } from '../host/self.ts';

/**
 * Does work for a file in a temporary directory beside it, which is removed in the end. Directories that killed runs left are
 * removed first.
 * @param path the file to be made
 * @throws Failure when another run is making it now
 */
export async function withWorkDirectory<T>(
  host: Host,
  path: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const prefix = `.${basename(path)}.piecewise-`;
  const run = `${processId()}-${(await begunAt(host, 'self')) ?? 0}`;
  await host.makeDirectory(dirname(path));
  return host.withNewDirectory(join(dirname(path), `${prefix}${run}-`), async (work) => {
    // Listed after this run's directory exists, so that of two runs that start at once each sees the other.
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

// Directories of release 0.1.0 end after the process.
const RUN = /^((\d+)-(\d+))(?:-\w{6})?$/;
