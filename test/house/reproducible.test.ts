import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { copyCheckout } from '../support/checkout.ts';

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'piecewise-rebuild-'));
});
afterAll(() => rmSync(work, { recursive: true }));

/** The source in another directory. */
function copyOf(name: string): string {
  const root = join(work, name);
  copyCheckout(root);
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
