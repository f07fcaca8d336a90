import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { optionPaths } from '../../build/since.ts';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';

const specs = await loadSpecs();
const names = specs.map(({ module }) => `piecewise.cloud.${module}`);
const roles = readdirSync(join(ROOT, 'roles')).map((role) => `piecewise.cloud.${role}`);

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project?.remove());

interface Documented {
  readonly suboptions?: Record<string, Documented>;
}

function documentedNames(options: Record<string, Documented>, above = ''): string[] {
  return Object.entries(options).flatMap(([name, { suboptions }]) => [
    above + name,
    ...documentedNames(suboptions ?? {}, `${above}${name}.`),
  ]);
}

describe.each(ANSIBLES)('ansible-doc %s', (ansible) => {
  it('reads each module, with every option of its spec', async () => {
    const { exitCode, stdout, stderr } = await project.run(ansible, ['ansible-doc', '--json', ...names]);
    expect(exitCode, stderr).toBe(0);
    const docs = JSON.parse(stdout) as Record<string, { doc: { options: Record<string, Documented> } }>;
    const found = specs.map(({ module }) => {
      const doc = docs[`piecewise.cloud.${module}`]?.doc;
      return [module, documentedNames(doc?.options ?? {}).sort()];
    });
    expect(found).toEqual(specs.map((spec) => [spec.module, optionPaths(spec)]));
  });

  it('prints them for a reader, without a complaint', async () => {
    const { exitCode, stdout, stderr } = await project.run(ansible, ['ansible-doc', ...names]);
    expect([exitCode, stderr]).toEqual([0, '']);
    const printed = [...stdout.matchAll(/^\s*[-=] (\w+)/gm)].map(([, name]) => name);
    const wanted = specs.flatMap(optionPaths).map((name) => name.split('.').at(-1));
    expect(wanted.filter((name) => !printed.includes(name))).toEqual([]);
    expect(stdout.match(/EXAMPLES:/g)).toHaveLength(specs.length);
    // Markup that this Ansible doesn't know would stay as it stands.
    expect(stdout).not.toMatch(/\b(?:O|V|E|RV|C)\([^)\n]*\)/);
  });

  it('lists the argument specs of each role', async () => {
    const argv = ['ansible-doc', '--type', 'role', '--list', '--json', 'piecewise.cloud'];
    const { exitCode, stdout, stderr } = await project.run(ansible, argv);
    expect(exitCode, stderr).toBe(0);
    expect(Object.keys(JSON.parse(stdout)).sort()).toEqual(roles.sort());
  });
});
