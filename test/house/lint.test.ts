import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { makeProject, type Project } from '../contract/ansible.ts';

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  cpSync(join(ROOT, '.ansible-lint'), join(project.collection, '.ansible-lint'));
});
afterAll(() => project?.remove());

describe('the built collection', () => {
  it("passes ansible-lint's production profile", async () => {
    const lint = ['ansible-lint', '--offline', '--strict', '--profile', 'production', '--nocolor'];
    const { exitCode, stdout, stderr } = await project.run('2.19', [
      'env',
      '-C',
      project.collection,
      ...lint,
    ]);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    // It exits 0 as well when it found nothing to look at.
    expect(Number(/on (\d+) files/.exec(stderr)?.[1]), stderr).toBeGreaterThan(20);
  });
});
