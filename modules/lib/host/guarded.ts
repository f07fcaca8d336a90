import type { Host } from './host.ts';

/** Does something, or refuses to: then it throws. */
export type Guard = <T>(act: () => Promise<T>) => Promise<T>;

/** What a host is asked, and what only says something of our own work. */
type Questions =
  | 'read'
  | 'readStart'
  | 'readEnd'
  | 'readInside'
  | 'digest'
  | 'stat'
  | 'space'
  | 'list'
  | 'realPath'
  | 'withImage'
  | 'stream'
  | 'pipeThrough'
  | 'zipEntries'
  | 'download'
  | 'report'
  | 'userId'
  | 'groupId'
  | 'answers'
  | 'now'
  | 'sleep'
  | 'withLock';

/** A host on which whatever has an effect passes a guard. What is done by a connection is the caller's to guard. */
export function guarded(host: Host, guard: Guard): Host {
  const through =
    <A extends unknown[], T>(act: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      guard(() => act(...args));
  // A new method of Host is missing here until it is known for a question.
  const effects: Omit<Host, Questions | 'connect'> = {
    run: through(host.run),
    watch: through(host.watch),
    writeSparse: through(host.writeSparse),
    append: through(host.append),
    write: through(host.write),
    writeInside: through(host.writeInside),
    removeInside: through(host.removeInside),
    symlink: through(host.symlink),
    setAttributes: through(host.setAttributes),
    makeDirectory: through(host.makeDirectory),
    // What is done meanwhile passes the guard by itself.
    runWhile: async (program, args, act) => {
      await guard(async () => undefined);
      return host.runWhile(program, args, act);
    },
    // What is done in it passes the guard by itself.
    withNewDirectory: async (prefix, use) => {
      await guard(async () => undefined);
      return host.withNewDirectory(prefix, use);
    },
    publish: through(host.publish),
    publishNew: through(host.publishNew),
    remove: through(host.remove),
    removeTree: through(host.removeTree),
    removeDirectory: through(host.removeDirectory),
  };
  return { ...host, ...effects };
}
