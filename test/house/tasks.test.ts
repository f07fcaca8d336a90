import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { trackedFiles } from '../../build/tracked.ts';
import type { Module } from '../../modules/lib/ansible/plan.ts';
import { taskProblems, tasksIn } from '../support/tasks.ts';

const specs = new Map((await loadSpecs()).map((spec) => [spec.module, spec]));

const ACTION_FILES = readdirSync(join(ROOT, 'plugins/action')).map((file) => basename(file, '.py'));

/** Actions of the controller that no module stands behind: they say themselves what they take. */
const ACTIONS = ACTION_FILES.filter((name) => !specs.has(name));

const files = trackedFiles('roles', 'playbooks', '*.md').filter((file) => /\.(ya?ml|md)$/.test(file));

/** The YAML of a file: its documents, or the fenced blocks of a Markdown file. */
function yamlOf(file: string): unknown[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  if (!file.endsWith('.md')) return parseAllDocuments(text).map((document) => document.toJS());
  return [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```$/gm)].map(([, block]) => parse(block ?? ''));
}

const places: [string, unknown[]][] = [
  ...files.map((file): [string, unknown[]] => [file, yamlOf(file)]),
  ...[...specs.values()].map((spec): [string, unknown[]] => [
    `examples of ${spec.module}`,
    [parse(spec.examples)],
  ]),
];

describe('the action plugin that follows long work', () => {
  it.each([...specs.keys()])('is there for %s just if its work may be long', async (name) => {
    const { module } = (await import(`../../modules/${name}/main.ts`)) as {
      module: Module<never, never, never>;
    };
    const plugin = join(ROOT, 'plugins/action', `${name}.py`);
    const follows = existsSync(plugin) && /Follower|ControllerFilesAction/.test(readFileSync(plugin, 'utf8'));
    expect(follows).toBe(module.weight !== undefined);
  });
});

describe('each task fits the spec of its module', () => {
  it.each(places.filter(([, documents]) => tasksIn(documents).length > 0))('%s', (_, documents) => {
    for (const { module, args } of tasksIn(documents)) {
      if (ACTIONS.includes(module)) continue;
      const spec = specs.get(module);
      expect(spec, `there is no module ${module}`).toBeDefined();
      if (spec) expect(taskProblems(spec, args), module).toEqual([]);
    }
  });

  it('finds tasks in roles, playbooks or examples at all', () => {
    const found = new Set(places.flatMap(([, documents]) => tasksIn(documents).map(({ module }) => module)));
    expect([...found].sort()).toEqual([...specs.keys(), ...ACTIONS].sort());
  });
});
