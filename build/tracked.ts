import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './modules.ts';

/** The files of the checkout that git tracks or would track: not the ignored ones. @param paths git's pathspecs; all by default */
export function trackedFiles(...paths: readonly string[]): string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...paths];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return listed.split('\0').filter((file) => file && existsSync(join(ROOT, file)));
}
