import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { execOnController } from '../lab/controller.ts';
import { plainEnv } from '../lab/tools.ts';
import { copyCheckout } from '../support/checkout.ts';

let tree: string;
beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'piecewise-reuse-'));
  copyCheckout(tree);
});
afterAll(() => rmSync(tree, { recursive: true }));

test('each file of the source has a licence, as reuse lint finds', async () => {
  const { exitCode, stdout, stderr } = await execOnController(['reuse', '--root', tree, 'lint'], {
    binds: [{ host: tree, guest: tree }],
    cwd: tree,
    env: plainEnv,
    check: false,
  });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout).toMatch(/Congratulations/);
});

test('the licence for people and the one for reuse are the same', () => {
  expect(readFileSync(join(ROOT, 'LICENSES', 'GPL-3.0-or-later.txt'), 'utf8')).toBe(
    readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
  );
});
