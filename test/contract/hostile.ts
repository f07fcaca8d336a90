import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Ansible, Project } from './ansible.ts';

/**
 * What a hostile host says, whatever it is asked. Ansible reaches it by its own plugin for SSH, whose program is ours
 * and runs nothing, so the whole host is what these texts say.
 */
export interface Hostile {
  /** In place of the module's answer. */
  readonly first?: string;
  /** What each look at a detached run brings; the last one again and again. */
  readonly looks?: readonly string[];
  /** A script that the host runs in place of all that; it gets the command as `$command`. */
  readonly script?: string;
}

// The host is the word before the command. What it is asked to run is noted.
const SSH = `#!/bin/sh
for word; do host=$command command=$word; done
here=$(dirname "$0")/hosts/$host
[ -d "$here" ] || exit 0
printf '%s\\n' "$command" >>"$here/commands"
[ ! -f "$here/script" ] || { export here command; exec sh "$here/script"; }
case $command in
  *piecewise-look*)
    n=$(($(cat "$here/n" 2>/dev/null || echo 0) + 1)); [ -f "$here/look-$n" ] || n=$((n - 1))
    echo "$n" >"$here/n"; cat "$here/look-$n" ;;
  *node*) cat >/dev/null; cat "$here/first" ;;
esac
`;

/** Makes hosts of a project: the hostile ones in the group `hostile`, and one that is innocent. */
export function writeHosts(project: Project, hosts: Readonly<Record<string, Hostile>>): void {
  const ssh = join(project.directory, 'ssh');
  rmSync(join(project.directory, 'hosts'), { recursive: true, force: true });
  writeFileSync(ssh, SSH);
  chmodSync(ssh, 0o755);
  for (const [name, { first, looks = [], script }] of Object.entries(hosts)) {
    const here = join(project.directory, 'hosts', name);
    mkdirSync(here, { recursive: true });
    if (first !== undefined) writeFileSync(join(here, 'first'), first);
    looks.forEach((text, i) => {
      writeFileSync(join(here, `look-${i + 1}`), text);
    });
    if (script !== undefined) writeFileSync(join(here, 'script'), script);
  }
  const variables = {
    ansible_connection: 'ssh',
    ansible_ssh_executable: ssh,
    ansible_ssh_transfer_method: 'piped',
    ansible_python_interpreter: '/usr/bin/python3',
    ansible_node_interpreter: '/usr/bin/node',
    ansible_become: false,
    owned: false,
  };
  const inventory = {
    all: {
      vars: variables,
      hosts: { innocent: {} },
      children: { hostile: { hosts: Object.fromEntries(Object.keys(hosts).map((name) => [name, {}])) } },
    },
  };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify(inventory));
}

/** What is known of a host after a play. */
export interface Seen {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly result: { readonly failed?: boolean; readonly msg?: string; readonly unreachable?: boolean };
}

export interface Aftermath {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly hosts: Readonly<Record<string, Seen>>;
  readonly output: string;
}

const VARIABLES = [
  'ansible_connection',
  'ansible_host',
  'ansible_ssh_executable',
  'ansible_ssh_common_args',
  'ansible_python_interpreter',
  'ansible_node_interpreter',
  'ansible_shell_executable',
  'ansible_become',
  'ansible_become_exe',
  'ansible_user',
  'hypervisor_node_binary',
  'ovn_central',
  'owned',
];

// The second play runs something on every host that isn't hostile, as the rest of a playbook would.
const hostilePlay = ([pattern, tasks]: readonly [string, string]) => `
- hosts: ${pattern}
  gather_facts: false
  ignore_errors: true
  ignore_unreachable: true
  tasks:
${tasks}`;

const playbook = (plays: Readonly<Record<string, string>>, file: string) => `---
${Object.entries(plays).map(hostilePlay).join('')}
- hosts: all:!hostile:!innocent
  gather_facts: false
  ignore_errors: true
  ignore_unreachable: true
  tasks:
    - name: The rest of the playbook
      ansible.builtin.ping:

- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    names: ${JSON.stringify(VARIABLES)}
  tasks:
    - name: Write what is known
      ansible.builtin.copy:
        content: >-
          {% set hosts = {} %}{% for host in groups.all %}{% set variables = {} %}{% for name in names %}{%
          if name in hostvars[host] %}{% set _ = variables.update({name: hostvars[host][name] | string}) %}{% endif %}{%
          endfor %}{% set answer = hostvars[host].answer | default({}) %}{% set _ = hosts.update({host: {'variables':
          variables, 'result': {'failed': answer.failed | default(false), 'msg': answer.msg | default('') | string,
          'unreachable': answer.unreachable | default(false)}}}) %}{% endfor %}{{
          {'groups': groups, 'hosts': hosts} | to_json }}
        dest: ${file}
        mode: "0600"
      vars:
        ansible_python_interpreter: /usr/bin/python3
`;

/**
 * Runs tasks on hostile hosts, then something on all others, and tells what is left of the inventory.
 * @param plays by the pattern of their hosts: YAML, indented by four; the task that registers `answer` is told of
 */
export async function suffer(
  project: Project,
  ansible: Ansible,
  plays: Readonly<Record<string, string>>,
): Promise<Aftermath> {
  const file = join(project.directory, 'aftermath.json');
  writeFileSync(join(project.directory, 'hostile.yml'), playbook(plays, file));
  const { stdout, stderr } = await project.run(ansible, [
    'ansible-playbook',
    '--diff',
    '--forks',
    '20',
    'hostile.yml',
  ]);
  const output = `${stdout}\n${stderr}`;
  try {
    return { ...JSON.parse(readFileSync(file, 'utf8')), output };
  } catch (error) {
    throw new Error(`the play came to no end (${(error as Error).message}): ${output.slice(-5000)}`);
  }
}
