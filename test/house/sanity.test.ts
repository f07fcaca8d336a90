import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES, type Ansible, makeProject, type Project } from '../contract/ansible.ts';

/** The tests of `ansible-test sanity` that need no package of PyPI, measured on Debian's ansible-core. */
const BOTH = [
  'action-plugin-docs',
  'compile',
  'empty-init',
  'ignores',
  'line-endings',
  'no-assert',
  'no-get-exception',
  'no-illegal-filenames',
  'no-smart-quotes',
  'replace-urlopen',
  'shebang',
  'symlinks',
  'use-argspec-type-path',
  'use-compat-six',
];
const TESTS: Readonly<Record<Ansible, readonly string[]>> = {
  '2.14': [
    ...BOTH,
    'future-import-boilerplate',
    'metaclass-boilerplate',
    'no-basestring',
    'no-dict-iteritems',
    'no-dict-iterkeys',
    'no-dict-itervalues',
    'no-main-display',
    'no-unicode-literals',
  ],
  '2.19': BOTH,
};
const PYTHON: Readonly<Record<Ansible, string>> = { '2.14': '3.11', '2.19': '3.13' };

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project?.remove());

describe.each(ANSIBLES)('the built collection, by ansible-test sanity %s', (ansible) => {
  it('passes all tests that need no package of PyPI', async () => {
    const tests = TESTS[ansible];
    const { exitCode, stdout, stderr } = await project.run(ansible, [
      ...[
        'env',
        '-C',
        project.collection,
        `HOME=${project.directory}`,
        'ansible-test',
        'sanity',
        '--color',
        'no',
      ],
      ...['--python', PYTHON[ansible], ...tests.flatMap((name) => ['--test', name])],
    ]);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    for (const name of tests) expect(stdout).toContain(`Running sanity test "${name}"`);
  });
});

describe('the built collection', () => {
  it('has modules and plugins that are not executable by themselves, and private utilities', () => {
    const plugins = join(project.collection, 'plugins');
    const files = readdirSync(plugins, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.\w+$/.test(file),
    );
    expect(files.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(10);
    expect(files.filter((file) => (statSync(join(plugins, file)).mode & 0o111) !== 0)).toEqual([]);
    const utilities = readdirSync(join(project.collection, 'plugins', 'plugin_utils'));
    expect(utilities.filter((name) => name.endsWith('.py') && !name.startsWith('_'))).toEqual([]);
  });
});
