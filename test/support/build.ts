import { execa } from 'execa';
import { ROOT } from '../../build/modules.ts';

let built: Promise<unknown> | undefined;

/** Builds the collection, once in a process. */
export async function buildCollection(): Promise<void> {
  built ??= execa('npm', ['run', '--silent', 'build'], { cwd: ROOT });
  await built;
}
