import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';
import { roleSpecs } from '../../build/roles.ts';
import { makeProject, type Project } from '../contract/ansible.ts';
import { ensureTools } from '../lab/tools.ts';
import { LINTERS, VALIDATE_MODULES } from '../support/linters.ts';

// The documentation of each module, by the test validate-modules of `ansible-test sanity`; and that of each role, written as a
// module's, since no test of Ansible's reads its texts.

const specs = await loadSpecs();
const modules = specs.map(({ module }) => module);
const roles = [...roleSpecs().keys()];

const MODULES = 'plugins/modules';
const roleFile = (role: string) => `role_${role}.yml`;

type Fields = Record<string, unknown>;

/** The options of a role as those of a module: their keys have another name there, and secrets no mark. */
const asSuboptions = (options: Record<string, Fields>): Fields =>
  Object.fromEntries(
    Object.entries(options).map(([name, { options: keys, no_log: _, ...option }]) => [
      name,
      keys ? { ...option, suboptions: asSuboptions(keys as Record<string, Fields>) } : option,
    ]),
  );

/** A role's argument specs as the documentation of a module. @param text of the role's meta/argument_specs.yml */
function roleAsModule(role: string, text: string): string {
  const { options, ...rest } = parse(text).argument_specs.main;
  const documentation = { module: `role_${role}`, author: 'Role (!UNKNOWN)', options: asSuboptions(options) };
  const document = { DOCUMENTATION: { ...rest, ...documentation }, EXAMPLES: '- hosts: all' };
  return `# GNU General Public License v3.0\n---\n${stringify(document, { aliasDuplicateObjects: false, version: '1.1' })}`;
}

const FAULTY = `# GNU General Public License v3.0
---
DOCUMENTATION:
  module: faulty
  short_description: A module with faults
  description: M(vm) is no full name.
  author: Faulty (!UNKNOWN)
  options:
    count: {type: int, default: many, description: Wrong type of the default.}
    names: {type: list, description: No elements.}
  colour: red
EXAMPLES: "- faulty:"
RETURN:
  size: {description: No type., returned: always}
`;

let project: Project;
/** The codes and messages of errors, by path. */
let errors: Map<string, string[]>;

beforeAll(async () => {
  await ensureTools(LINTERS);
  project = await makeProject();
  const read = (path: string) => readFileSync(join(project.collection, path), 'utf8');
  for (const role of roles) {
    const text = roleAsModule(role, read(`roles/${role}/meta/argument_specs.yml`));
    writeFileSync(join(project.collection, MODULES, roleFile(role)), text);
  }
  writeFileSync(join(project.collection, MODULES, 'faulty.yml'), FAULTY);
  errors = await validate(readdirSync(join(project.collection, MODULES)).map((file) => `${MODULES}/${file}`));
});
afterAll(() => project?.remove());

async function validate(files: readonly string[]): Promise<Map<string, string[]>> {
  const { stdout, stderr } = await project.run('2.14', [
    ...[
      'env',
      '-C',
      project.collection,
      '/usr/bin/python3',
      VALIDATE_MODULES,
      '--format',
      'json',
      '--arg-spec',
    ],
    ...['--collection', 'ansible_collections/piecewise/cloud', '--collection-version', VERSION, ...files],
  ]);
  expect(stderr).toBe('');
  const reports = JSON.parse(stdout) as Record<string, { errors: { code: string; msg: string }[] }>;
  return new Map(
    Object.entries(reports).map(([file, report]) => [
      file,
      report.errors.map(({ code, msg }) => `${code}: ${msg}`),
    ]),
  );
}

// It parses a module's file as Python, whatever its name. They can't be in tests/sanity/ignore-VERSION.txt: ansible-lint's
// production profile forbids to ignore the first.
const NOT_PYTHON = ['invalid-extension', 'python-syntax-error'];

const documented = [
  ...modules.map((module) => `${module}.yml`),
  ...readdirSync(join(ROOT, MODULES)).filter((file) => file.endsWith('.py')),
  ...roles.map(roleFile),
];

const of = (file: string): string[] => errors.get(`${MODULES}/${file}`) ?? [];
const codesOf = (file: string): string[] => of(file).map((error) => error.split(':')[0] ?? '');

describe('validate-modules', () => {
  it.each(documented)('finds nothing in %s', (file) => {
    expect(of(file)).toEqual([]);
  });

  it.each(modules)('finds only that %s.js is not Python', (module) => {
    expect(codesOf(`${module}.js`)).toEqual(NOT_PYTHON);
  });

  it('reads all that is shipped', () => {
    const shipped = readdirSync(join(project.collection, MODULES)).filter((file) => file !== 'faulty.yml');
    expect(shipped.sort()).toEqual([...documented, ...modules.map((module) => `${module}.js`)].sort());
  });

  it('finds faults', () => {
    expect(codesOf('faulty.yml').sort()).toEqual([
      'incompatible-default-type',
      'invalid-documentation',
      'invalid-documentation-markup',
      'parameter-list-no-elements',
      'return-syntax-error',
    ]);
  });
});
