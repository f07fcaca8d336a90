import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { trackedFiles } from '../../build/tracked.ts';
import { makeProject, type Project } from '../contract/ansible.ts';
import { ensureTools } from '../lab/tools.ts';
import { LINTERS } from '../support/linters.ts';

// What `ansible-test sanity` asks of Python, YAML and shell, by Debian's linters: its own would come from PyPI. The rules are
// its own, or stricter.

const config = (name: string) => join(ROOT, 'test', 'house', 'linters', name);

interface Linter {
  readonly command: readonly string[];
  /** The end of the names of its files. */
  readonly files: RegExp;
  /** A file with a fault, and the rule that finds it. */
  readonly fault: readonly [name: string, text: string, rule: string];
}

const LINTERS_OF: Readonly<Record<string, Linter>> = {
  // W503 and W504 contradict each other.
  pycodestyle: {
    command: ['pycodestyle', '--max-line-length=160', '--ignore=W503,W504'],
    files: /\.py$/,
    fault: ['plugins/fault.py', 'a=1\n', 'E225'],
  },
  pylint: {
    // A second job costs more than it saves.
    command: ['pylint', '--jobs=1', `--rcfile=${config('pylintrc')}`],
    files: /\.py$/,
    fault: ['plugins/fault.py', '"""A fault."""\nimport os\n', 'unused-import'],
  },
  yamllint: {
    command: ['yamllint', '--strict', '--format=parsable', `--config-file=${config('yamllint.yml')}`],
    files: /\.ya?ml$/,
    fault: ['fault.yml', '---\na: 1\na: 2\n', 'key-duplicates'],
  },
  // SC1091: /etc/os-release is the host's.
  shellcheck: {
    command: ['shellcheck', '--format=gcc', '--exclude=SC1091'],
    files: /\.sh$/,
    fault: ['fault.sh', '#!/bin/sh\nrm $1\n', 'SC2086'],
  },
};

/** The shell scripts of the source, by their first line: those that are shipped as text of a module, and those that build. */
function scripts(): string[] {
  return trackedFiles()
    .filter((file) => /(^|\/)[^./]+$|\.sh$/.test(file))
    .filter((file) => /^#!.*\b(ba)?sh\n/.test(readFileSync(join(ROOT, file), 'utf8')));
}

let project: Project;
let files: readonly string[];
beforeAll(async () => {
  await ensureTools(LINTERS);
  project = await makeProject();
  for (const script of scripts()) {
    const copy = join(project.collection, 'scripts', script.endsWith('.sh') ? script : `${script}.sh`);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(ROOT, script), copy);
  }
  files = readdirSync(project.collection, { recursive: true, encoding: 'utf8' });
});
afterAll(() => project?.remove());

describe.each(Object.entries(LINTERS_OF))('%s', (name, { command, fault, ...linter }) => {
  it('finds nothing in the built collection and the scripts, but the fault of a file beside them', async () => {
    const [file, text, rule] = fault;
    writeFileSync(join(project.collection, file), text);
    const paths = files.filter((path) => linter.files.test(path));
    const { stdout, stderr } = await project.run(
      '2.14',
      ['env', '-C', project.collection, ...command, file, ...paths],
      // pylint looks there for what plugins import from the collection.
      { PYTHONPATH: join(project.directory, 'collections'), PYLINTHOME: project.directory },
    );
    rmSync(join(project.collection, file));
    const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line && !line.startsWith('*****'));
    expect(lines.filter((line) => !line.startsWith(`${file}:`))).toEqual([]);
    expect(lines.join('\n'), name).toContain(rule);
  });
});

describe('the linters', () => {
  it.each([
    [/^plugins\/action\/vm\.py$/],
    [/^plugins\/plugin_utils\/_role_specs\.py$/],
    [/^plugins\/modules\/vm\.yml$/],
    [/^roles\/vm\/meta\/argument_specs\.yml$/],
    [/^roles\/hypervisor\/files\/missing\.sh$/],
    [/^scripts\/\.ci\/run\.sh$/],
    [/^scripts\/build\/prepare\.sh$/],
    [/^scripts\/modules\/objects\/image\/build-image\.sh$/],
  ])('read %s', (path) => {
    const read = files.filter((file) => Object.values(LINTERS_OF).some((linter) => linter.files.test(file)));
    expect(read.filter((file) => path.test(file))).toHaveLength(1);
  });
});
