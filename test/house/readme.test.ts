import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { roleDocument, roleSpecs } from '../../build/roles.ts';

const specs = await loadSpecs();
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const roles = readdirSync(join(ROOT, 'roles'));

const summaries = specs.map(({ module, summary }) => [module, summary] as const);

describe('README', () => {
  it.each(summaries)('has a row for %s', (module, summary) => {
    expect(readme).toContain(`| \`${module}\` | ${summary} |`);
  });

  it.each(roles)('has a row for the role %s, which has its own README', (role) => {
    expect(readme).toContain(`[\`${role}\`](roles/${role}/README.md)`);
    expect(existsSync(join(ROOT, 'roles', role, 'README.md'))).toBe(true);
  });
});

interface RoleOption {
  readonly elements?: string;
  readonly options?: Readonly<Record<string, RoleOption>>;
}

/** Keys of an item that are only for the task, or an action plugin sets them. */
const OF_TASKS = ['archives', 'uploaded', 'index', 'surplus', 'elsewhere', 'host_cpus'];

describe.each([...roleSpecs()])('the README of the role %s', (role, spec) => {
  const text = readFileSync(join(ROOT, 'roles', role, 'README.md'), 'utf8');
  const { argument_specs } = roleDocument(spec, specs) as {
    argument_specs: { main: { options: Record<string, RoleOption> } };
  };
  const { options } = argument_specs.main;

  // Only what a user sets: variables of vars/ and what tasks register are the role's own business.
  it('names each option of its argument specs', () => {
    expect(Object.keys(options).filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names the keys of the items of its lists', () => {
    const tasks = readFileSync(join(ROOT, 'roles', role, 'tasks', 'main.yml'), 'utf8');
    const keys = Object.values(options).flatMap(({ elements, options: keys = {} }) =>
      elements === 'dict' ? Object.keys(keys) : [],
    );
    // The role sets them for all items.
    const set = [...tasks.matchAll(/^ {4}(\w+): "\{\{/gm)].map(([, name]) => name);
    const mine = keys.filter((key) => !set.includes(key) && !OF_TASKS.includes(key));
    const named = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.match(/\w+/g) ?? []);
    expect(mine.filter((key) => !named.includes(key))).toEqual([]);
  });
});
