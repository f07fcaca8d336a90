import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../build/modules.ts';

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'piecewise-rebuild-'));
});
afterAll(() => rmSync(work, { recursive: true }));

/** The files that git tracks or would track, in another directory, as an archive of the source has them. */
function copyOf(name: string): string {
  const root = join(work, name);
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const file of listed.split('\0').filter(Boolean)) {
    cpSync(join(ROOT, file), join(root, file), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

/** The digest of the file that a build makes. */
function buildIn(root: string): string {
  execFileSync(process.execPath, ['--import', 'tsx', 'build/main.ts'], { cwd: root });
  const made = readdirSync(join(root, 'dist')).filter((name) => name.endsWith('.tar.gz'));
  expect(made).toHaveLength(1);
  return createHash('sha256')
    .update(readFileSync(join(root, 'dist', made[0] ?? '')))
    .digest('hex');
}

test('the same source gives the same bytes, without git and in any directory', () => {
  const [one, other] = [copyOf('one'), copyOf('two/other')];
  const git = (...args: string[]) => execFileSync('git', args, { cwd: other, stdio: 'ignore' });
  git('init');
  git('add', '--all');
  expect(buildIn(one)).toBe(buildIn(other));
});
