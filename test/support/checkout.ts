import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';

/** Copies the files that git tracks or would track, as an archive of the source has them. */
export function copyCheckout(target: string): void {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  for (const file of listed.split('\0').filter(Boolean)) cpSync(join(ROOT, file), join(target, file));
}
