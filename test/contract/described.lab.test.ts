import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';

// Whose words the role vm gives to the host that a guest leaves: its own, whatever the new host answers.

let project: Project;
const at = (...path: string[]) => join(project.directory, ...path);

// The program that stands for ssh: each step of a move has an answer for each host, the word before the command.
const SSH = `#!/bin/sh
for word; do host=$command command=$word; done
here=$(dirname "$0")/hosts/$host
case $command in
  *node*)
    for word in $(printf '%s' "$command" | grep -o 'BECOME-SUCCESS-[a-z]*' | head -n 1); do echo "$word" >&2; done
    cat >"$here/run"
    for step in describe prepare send finish forget complete abandon; do
      if grep -q "\\"step\\": \\"$step\\"" "$here/run"; then mv "$here/run" "$here/ran-$step"; cat "$here/$step"; fi
    done ;;
esac
`;

const OWN = 'guest {"is": "as hv2 has described it"}';
const CHANGED = 'guest {"is": "as hv1 would have it"}';
const DESCRIBED = { name: 'a', description: OWN, public_key: 'ssh-ed25519 AAAA', address: '192.0.2.2' };
const PREPARED = {
  ...{ name: 'a', description: CHANGED, mode: 'cold', host_keys: [], socket: '/run/libvirt/libvirt-sock' },
  ...{ bring: [], ports: [], prepared: true, arrived: false },
};
const DONE = { name: 'a' };

beforeAll(async () => {
  project = await makeProject();
  writeFileSync(at('ssh'), SSH, { mode: 0o755 });
});
afterAll(() => project?.remove());
beforeEach(() => rmSync(at('hosts'), { recursive: true, force: true }));

/** Hosts that answer each step like this. */
function declare(described: object, prepared: object): void {
  const answers = { describe: described, prepare: prepared, send: { name: 'a', sent: [] } };
  for (const host of ['hv1', 'hv2']) {
    mkdirSync(at('hosts', host), { recursive: true });
    for (const step of ['describe', 'prepare', 'send', 'finish', 'forget', 'complete', 'abandon']) {
      const answer = { changed: false, ...DONE, ...answers[step as keyof typeof answers] };
      writeFileSync(at('hosts', host, step), JSON.stringify(answer));
    }
  }
  const vars = { ansible_connection: 'ssh', ansible_ssh_executable: at('ssh') };
  writeFileSync(at('hosts.yml'), stringify({ kvm: { hosts: { hv1: {}, hv2: {} }, vars } }));
  const tasks = [
    {
      'ansible.builtin.include_role': {
        name: 'piecewise.cloud.vm',
        tasks_from: 'move',
        rolespec_validate: false,
      },
      vars: {
        vm_move: { name: 'a', from: 'hv2', mode: 'cold' },
        vm_move_address: '192.0.2.1',
        vm_has_ovn: false,
      },
    },
  ];
  const settings = { hosts: 'hv1', gather_facts: false, vars: { ansible_pipelining: true } };
  writeFileSync(at('play.yml'), stringify([{ ...settings, tasks }]));
}

/** The steps that ran on a host, each with the description that it was given. */
const given = (host: string) =>
  Object.fromEntries(
    readdirSync(at('hosts', host))
      .filter((file) => file.startsWith('ran-'))
      .map((file) => {
        const [, text] = /"description": ("(?:[^"\\]|\\.)*")/.exec(
          readFileSync(at('hosts', host, file), 'utf8'),
        ) ?? [undefined, 'null'];
        return [file.slice('ran-'.length), JSON.parse(text ?? 'null')];
      }),
  );

describe.each(ANSIBLES)('the host that a guest leaves, with Ansible %s', (ansible) => {
  it('is given its own words, not those of the new host', async () => {
    declare(DESCRIBED, PREPARED);
    const { stdout, stderr, exitCode } = await project.run(ansible, ['ansible-playbook', 'play.yml']);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(given('hv2')).toEqual({ describe: null, send: OWN, forget: OWN });
    expect(given('hv1')).toEqual({ prepare: OWN, finish: CHANGED, complete: CHANGED });
  });

  it('is given those of the new host where it has nothing of the guest any more', async () => {
    declare({ ...DESCRIBED, description: '' }, { ...PREPARED, prepared: false, arrived: true });
    const { stdout, stderr, exitCode } = await project.run(ansible, ['ansible-playbook', 'play.yml']);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(given('hv2')).toEqual({ describe: null, forget: CHANGED });
  });
});
