import type { Host } from './host.ts';
import { notInstalled } from './process.ts';

/** A program, or a file of one by its path, that a host lacks. */
export interface MissingProgram {
  readonly program: string;
  /** What to do about it, for people. */
  readonly problem: string;
}

// `command -v` is the shell's own. What is no program is looked for by its path.
const LOOK = `for name; do
  case $name in /*) test -e "$name" ;; *) command -v -- "$name" >/dev/null ;; esac || echo "$name"
done`;

/** Which of some programs, and files by their path, this host lacks. */
export async function missingPrograms(host: Host, programs: readonly string[]): Promise<MissingProgram[]> {
  if (programs.length === 0) return [];
  const { stdout } = await host.run('sh', ['-c', LOOK, 'sh', ...programs]);
  const names = stdout.split('\n').filter(Boolean);
  return names.map((program) => ({ program, problem: notInstalled(program).message }));
}
