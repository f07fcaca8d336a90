import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Ansible, Project } from './ansible.ts';

/** What a play gave: each task's registered result by its name, and all that Ansible printed. */
export interface PlayResult {
  readonly results: Readonly<Record<string, Result>>;
  readonly output: string;
  readonly exitCode: number;
}

export interface PlayOptions {
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
}

// Printed results are for eyes: the registered ones are written on the controller, by a task that runs in check
// mode too.
const writingTask = (names: readonly string[], file: string) => `
    - name: Write the results
      ansible.builtin.copy:
        content: "{{ {${names.map((name) => `'${name}': ${name}`).join(', ')}} | to_json }}"
        dest: ${file}
        mode: "0600"
      check_mode: false
      diff: false
      no_log: true
      delegate_to: localhost
`;

/**
 * Runs tasks on the project's hypervisors, whether they fail or not.
 * @param tasks YAML: a list of tasks, indented by four; each that \`register\`s is in the results
 */
export async function play(
  project: Project,
  ansible: Ansible,
  tasks: string,
  { args = [], env = {} }: PlayOptions = {},
): Promise<PlayResult> {
  const names = [...tasks.matchAll(/^ {6}register: (\w+)$/gm)].map(([, name = '']) => name);
  const file = join(project.directory, 'results.json');
  const head = '---\n- hosts: all\n  gather_facts: false\n  ignore_errors: true\n  tasks:\n';
  writeFileSync(join(project.directory, 'play.yml'), `${head}${tasks}${writingTask(names, file)}`);
  rmSync(file, { force: true });
  const { stdout, stderr, exitCode } = await project.run(
    ansible,
    ['ansible-playbook', ...args, 'play.yml'],
    env,
  );
  const output = `${stdout}\n${stderr}`;
  try {
    const results = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Result>;
    return { results, output, exitCode };
  } catch (error) {
    throw new Error(`the play gave no results (${(error as Error).message}): ${output.slice(-5000)}`);
  }
}
