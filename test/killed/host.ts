import { guarded } from '../../modules/lib/host/guarded.ts';
import type { Host } from '../../modules/lib/host/host.ts';
import { realHost as real } from '../../modules/lib/host/real.ts';
import { KILL_BEFORE } from './variable.ts';

// Stands for the real host in the bundles of these tests: see bundle.ts.

let left = Number(process.env[KILL_BEFORE] ?? 0);

/** Called before each effect. */
function count(): void {
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** The machine, on which this process is killed before a certain effect. */
export const realHost: Host = {
  ...guarded(real, (act) => {
    count();
    return act();
  }),
  // What is written to a socket is an effect of the server.
  async connect(socket) {
    const stream = await real.connect(socket);
    const write = stream.write.bind(stream);
    stream.write = (...args: unknown[]) => {
      count();
      return (write as (...all: unknown[]) => boolean)(...args);
    };
    return stream;
  },
};
