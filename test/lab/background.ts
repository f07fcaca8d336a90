import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { identify, type ProcessId } from './processes.ts';
import { plainEnv } from './tools.ts';

/**
 * Starts a program that outlives us, in a session of its own, with its output in the file `log`.
 * Throws if it can't be started.
 */
export async function background(argv: readonly string[], log: string): Promise<ProcessId> {
  const [command = '', ...args] = argv;
  const output = openSync(log, 'a');
  try {
    const child = spawn(command, args, {
      cwd: '/',
      detached: true,
      env: plainEnv,
      stdio: ['ignore', output, output],
    });
    await once(child, 'spawn');
    child.unref();
    return identify(child.pid ?? 0);
  } finally {
    closeSync(output);
  }
}
