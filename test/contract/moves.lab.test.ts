import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { ANSIBLES, type Ansible, makeProject, type Project } from './ansible.ts';

// What the role vm does before a hypervisor makes VMs. Each hypervisor is what a script says, which Ansible's own plugin for SSH runs.

interface Host {
  /** What it asks of the plugin. */
  readonly asks?: unknown;
  /** What it answers otherwise. */
  readonly says?: unknown;
  /** In place of an answer. */
  readonly script?: string;
  readonly variables?: object;
}

let project: Project;
const at = (...path: string[]) => join(project.directory, ...path);

// The program that stands for ssh: the host is the word before the command.
const SSH = `#!/bin/sh
for word; do host=$command command=$word; done
here=$(dirname "$0")/hosts/$host
[ -d "$here" ] || { echo "ssh: $host is off" >&2; exit 255; }
case $command in
  *node*)
    for word in $(printf '%s' "$command" | grep -o 'BECOME-SUCCESS-[a-z]*' | head -n 1); do echo "$word" >&2; done
    n=$(ls "$here" | grep -c ^run-)
    printf '%s\\n' "$*" >"$here/ssh-$n"; cat >"$here/run-$n"
    [ ! -f "$here/script" ] || exec sh "$here/script"
    if grep -q '"_ansible_piecewise_asks": true' "$here/run-$n"; then cat "$here/asks"; else cat "$here/says"; fi ;;
esac
`;

// In place of the tasks that move a VM.
const MOVE = stringify([
  {
    name: 'Move a VM',
    'ansible.builtin.debug': { msg: 'moves {{ vm_move | to_json }}' },
  },
  {
    name: 'Keep the result, since the task runs again',
    'ansible.builtin.set_fact': { first_result: '{{ vm_configured }}' },
  },
]);

beforeAll(async () => {
  project = await makeProject();
  writeFileSync(at('ssh'), SSH, { mode: 0o755 });
  writeFileSync(join(project.collection, 'roles/vm/tasks/move.yml'), MOVE);
});
afterAll(() => project?.remove());
beforeEach(() => rmSync(at('hosts'), { recursive: true, force: true }));

/** Hypervisors of the group kvm; one that is null is off. */
function declare(hosts: Record<string, Host | null>): void {
  for (const [name, host] of Object.entries(hosts)) {
    if (!host) continue;
    const { says = { changed: false, vms: [] }, script } = host;
    mkdirSync(at('hosts', name), { recursive: true });
    writeFileSync(at('hosts', name, 'says'), JSON.stringify(says));
    writeFileSync(
      at('hosts', name, 'asks'),
      JSON.stringify({ changed: false, ...(host.asks === undefined ? {} : { piecewise_asks: host.asks }) }),
    );
    if (script !== undefined) writeFileSync(at('hosts', name, 'script'), script);
  }
  const vars = { ansible_connection: 'ssh', ansible_ssh_executable: at('ssh') };
  const variables = Object.entries(hosts).map(([name, host]) => [name, host?.variables ?? {}]);
  writeFileSync(at('hosts.yml'), stringify({ kvm: { hosts: Object.fromEntries(variables), vars } }));
}

/** How often a host was asked or ran the module, and what it was sent the last time. */
const runsOf = (name: string) =>
  existsSync(at('hosts', name))
    ? readdirSync(at('hosts', name)).filter((file) => /^run-/.test(file)).length
    : 0;
const sent = (name: string, n = runsOf(name) - 1) => readFileSync(at('hosts', name, `run-${n}`), 'utf8');
const ssh = (name: string) => readFileSync(at('hosts', name, 'ssh-0'), 'utf8');
const namesIn = (text: string) => JSON.parse(/"names": (\[.*?\])/.exec(text)?.[1] ?? 'null');
const elsewhereIn = (text: string) =>
  [...text.matchAll(/"elsewhere": (\[[^\]]*\])/g)].map(([, names = '']) => JSON.parse(names));
const cpusIn = (text: string) =>
  JSON.parse(/\{\/\/(\{.*"_ansible_check_mode".*\})$/m.exec(text)?.[1] ?? 'null').host_cpus;

interface Played {
  readonly result: Result & { readonly moves?: readonly object[]; readonly to_configure?: string };
  readonly output: string;
  readonly exitCode: number;
}

/** Runs the role on hv1, with what Ansible is given beside. */
async function play(ansible: Ansible, args: readonly string[] = [], head: object = {}): Promise<Played> {
  const tasks = [
    {
      block: [{ 'ansible.builtin.include_role': { name: 'piecewise.cloud.vm', rolespec_validate: false } }],
      always: [
        {
          'ansible.builtin.copy': {
            content: '{{ first_result | default(vm_configured) | to_json }}',
            dest: at('result.json'),
            mode: '0600',
          },
          check_mode: false,
          delegate_to: 'localhost',
          connection: 'local',
          become: false,
          vars: { ansible_python_interpreter: '/usr/bin/python3', ansible_become: false },
        },
      ],
    },
  ];
  const settings = { hosts: 'hv1', gather_facts: false, vars: { ansible_pipelining: true } };
  writeFileSync(at('play.yml'), stringify([{ ...settings, ...head, tasks }]));
  rmSync(at('result.json'), { force: true });
  const { stdout, stderr, exitCode } = await project.run(ansible, ['ansible-playbook', 'play.yml', ...args]);
  const output = `${stdout}\n${stderr}`;
  if (!existsSync(at('result.json'))) throw new Error(output);
  return { result: JSON.parse(readFileSync(at('result.json'), 'utf8')), output, exitCode };
}

const vms = (...names: string[]) => names.map((name) => ({ name, memory: '64 MiB', archive_name: 'tiny' }));
const has = (...guests: object[]) => ({
  says: { changed: false, vms: guests.map((one) => ({ state: 'running', addresses: [], ...one })) },
});
const MADE = { changed: true, results: [] };
const FOREIGN = 'asked for a VM that is not one of its own';

describe.each(ANSIBLES)('VMs of a hypervisor that may be on another, with Ansible %s', (ansible) => {
  it('are no question where nothing would be made', async () => {
    declare({ hv1: { variables: { vms: vms('a') } }, hv2: null });
    const { result, output, exitCode } = await play(ansible);
    expect(exitCode, output).toBe(0);
    expect(result).toMatchObject({ changed: false });
    expect(runsOf('hv1')).toBe(1);
    expect(output).toMatch(/skipped=3 /);
  });

  it('are made if no other has them, of which those are asked that do not declare them', async () => {
    declare({
      hv1: { asks: [{ name: 'a' }, { name: 'b' }], says: MADE, variables: { vms: vms('a', 'b') } },
      hv2: { variables: { vms: vms('b') } },
      hv3: { variables: { vms: vms('a', 'b'), vm_uri: 'qemu:///session' } },
      hv4: { variables: { vm_uri: 'qemu:///session' } },
    });
    const { result, output, exitCode } = await play(ansible);
    expect(exitCode, output).toBe(0);
    expect(result).toMatchObject({ changed: true });
    expect(result).not.toHaveProperty('moves');
    expect(['hv1', 'hv2', 'hv3', 'hv4'].map(runsOf)).toEqual([2, 1, 0, 1]);
    expect([namesIn(sent('hv2')), namesIn(sent('hv4'))]).toEqual([['a'], ['a', 'b']]);
    expect(sent('hv2')).toContain('"uri": "qemu:///system"');
    expect(sent('hv4')).toContain('"uri": "qemu:///session"');
    expect(sent('hv1')).not.toContain('"_ansible_piecewise_asks"');
    expect(cpusIn(sent('hv1'))).toBeUndefined();
    expect(sent('hv2')).toContain('"cpu": false');
    expect(elsewhereIn(sent('hv1'))).toEqual([[], []]);
  });

  it('are made with what all hosts say of their processors, those that declare them too', async () => {
    const group = {
      name: 'g',
      types: [{ name: 'web', prefix: 'web', memory: '64 MiB', cpu_mode: 'baseline' }],
    };
    const says = (cpu: unknown) => ({ says: { changed: false, vms: [], cpu } });
    const [theirs, own] = ['<cpus>\n  <!-- hv2 {{ x }} -->\n</cpus>\n', '<cpus/>\n'];
    const asks = [{ name: 'a' }, { name: 'web00' }];
    const hv1 = { asks, says: MADE, variables: { vms: vms('a'), vm_groups: [group] } };
    const hosts = (cpu: unknown) => ({
      hv1,
      hv2: { ...says(theirs), variables: { vms: vms('a'), vm_groups: [group] } },
      hv3: says(cpu),
      hv4: null,
    });
    declare(hosts(own));
    const { result, output } = await play(ansible, ['-e', 'confirm_dead=hv4']);
    expect(result, output).toMatchObject({ changed: true });
    expect(['hv1', 'hv2', 'hv3'].map(runsOf)).toEqual([2, 1, 1]);
    expect([namesIn(sent('hv2')), namesIn(sent('hv3'))]).toEqual([[], ['a', 'web00']]);
    for (const name of ['hv2', 'hv3']) expect(sent(name)).toContain('"cpu": true');
    expect(cpusIn(sent('hv1'))).toEqual([
      { host: 'hv2', cpu: theirs },
      { host: 'hv3', cpu: own },
    ]);
    expect(cpusIn(sent('hv1', 0))).toBeUndefined();

    // It is not made without.
    rmSync(at('hosts'), { recursive: true });
    declare(hosts('<cpus>\t</cpus>'));
    const { msg } = (await play(ansible, ['-e', 'confirm_dead=hv4'])).result;
    expect(msg).toContain("hv3 can't be asked for its processor, which 'cpu_mode: baseline' of web00 needs");
    expect(runsOf('hv1')).toBe(1);
  });

  it('are moved by the role, and configured when they have been', async () => {
    const entries = [
      { ...vms('a')[0], migrate: 'cold', migration: { bandwidth: '50', fallback: 'cold' } },
      ...vms('b', 'c'),
    ];
    const variables = { vms: entries, vm_defaults: { migrate: 'live' } };
    const asks = ['a', 'b', 'c'].map((name) => ({ name }));
    declare({
      hv1: { asks, says: MADE, variables },
      hv2: {
        ...has({ name: 'b' }),
        variables: { vm_uri: 'qemu+unix:///system' },
      },
      hv3: has({ name: 'a' }),
    });
    const { result, output, exitCode } = await play(ansible);
    expect(exitCode, output).toBe(0);
    const move = { evacuation: false, migration: {} };
    expect(result).toMatchObject({
      moves: [
        {
          ...move,
          name: 'a',
          from: 'hv3',
          uri: 'qemu:///system',
          mode: 'cold',
          migration: { bandwidth: 50, fallback: 'cold' },
        },
        { ...move, name: 'b', from: 'hv2', uri: 'qemu+unix:///system', mode: 'live' },
      ],
      to_configure: 'a,b',
    });
    expect(output.match(/moves \{/g)).toHaveLength(2);
    // The first run asks, the second leaves them out, and the third has only these.
    expect(runsOf('hv1')).toBe(3);
    expect(elsewhereIn(sent('hv1', 1))).toEqual(Array(3).fill(['a', 'b']));
    expect(elsewhereIn(sent('hv1', 2))).toEqual([]);
    expect(sent('hv1', 2)).toContain('"only": "a,b"');
    expect(sent('hv1', 2)).toContain('"steps": "all"');

    rmSync(at('hosts'), { recursive: true });
    declare({ hv1: { asks, says: MADE, variables }, hv2: has({ name: 'b' }), hv3: has() });
    const checked = await play(ansible, ['--check']);
    expect(checked.exitCode, checked.output).toBe(0);
    expect(checked.result.moves).toMatchObject([{ name: 'b', from: 'hv2' }]);
    expect(checked.result).not.toHaveProperty('to_configure');
    expect(runsOf('hv1')).toBe(2);
  });

  it('have all errors told at once, before anything is changed, in check mode too', async () => {
    const asks = ['a', 'b', 'c'].map((name) => ({ name }));
    const bad = "option 'vms[3].memory': is required";
    const hv1 = {
      variables: { vms: vms('a', 'b', 'c', 'd') },
      script: `if grep -q '"_ansible_piecewise_asks": true' "$here"/run-0 && [ $n = 0 ]; then echo '${JSON.stringify({ changed: false, piecewise_asks: asks, msg: 'BAD' }).replace('BAD', 'x')}'; else echo '{"changed": true}'; fi`,
    };
    for (const args of [[], ['--check']]) {
      rmSync(at('hosts'), { recursive: true, force: true });
      declare({
        hv1: { ...hv1, script: hv1.script.replace('"x"', JSON.stringify(bad).replaceAll("'", "'\\''")) },
        hv2: has({ name: 'a' }),
        hv3: has({ name: 'b' }),
        hv4: null,
        hv5: has({ name: 'b' }),
      });
      writeFileSync(
        at('hosts', 'hv1', 'script'),
        `here='${at('hosts', 'hv1')}' n=$(($(ls '${at('hosts', 'hv1')}' | grep -c ^run-) - 1))\n${readFileSync(at('hosts', 'hv1', 'script'), 'utf8')}`,
      );
      const { result, exitCode } = await play(ansible, args);
      expect(exitCode).not.toBe(0);
      expect(result.msg?.split('\n')).toEqual([
        expect.stringMatching(/^hv1: a is on hv2, which does not declare it: give it 'migrate: live'/),
        expect.stringMatching(/^b is on hv3 and hv5, which do not declare it/),
        expect.stringMatching(/^hv4 can't be asked whether it has c: .*hv4 is off.*-e confirm_dead=hv4$/),
        bad,
      ]);
      expect(runsOf('hv1')).toBe(1);
    }
  });

  it('are made although a host is off, if the user says that it has none', async () => {
    const hosts = {
      hv1: { asks: [{ name: 'a' }], says: MADE, variables: { vms: vms('a'), confirm_dead: 'hv2' } },
      hv2: null,
    };
    declare(hosts);
    // Not by a variable of the inventory.
    expect((await play(ansible)).result.msg).toContain("hv2 can't be asked whether it has a");
    expect((await play(ansible, ['-e', 'confirm_dead=hv9'])).result.msg).toBe(
      "hv1: confirm_dead: 'hv9' is not one of the hypervisors: hv1, hv2",
    );
    const { result, output } = await play(ansible, ['-e', 'confirm_dead=hv2']);
    expect(result, output).toMatchObject({ changed: true });
  });

  it.each([
    [
      'that fails',
      { says: { changed: false, failed: true, msg: 'libvirt is off' } },
      /has a: libvirt is off/,
    ],
    [
      'without Node.js',
      { script: 'echo "/usr/bin/node: not found" >&2; exit 127' },
      /has a: .*lacks \/usr\/bin\/node/,
    ],
    ['whose answer is none', { says: { changed: false } }, /has a: its answer is not valid/],
    [
      'that plants a result',
      { says: { changed: false, vms: [], ansible_facts: {} } },
      /has a: .*answered with 'ansible_facts'/,
    ],
  ])('are not made while there is a host %s', async (_, host, reason) => {
    declare({ hv1: { asks: [{ name: 'a' }], says: MADE, variables: { vms: vms('a') } }, hv2: host });
    const { result } = await play(ansible);
    expect(result.msg?.replace(/\s+/g, ' ')).toMatch(reason);
    expect(runsOf('hv1')).toBe(1);
  });

  it('are planned in check mode where another host is made a hypervisor by the same run', async () => {
    const fresh = { script: 'echo "/usr/bin/node: not found" >&2; exit 127' };
    declare({ hv1: { asks: [{ name: 'a' }], says: MADE, variables: { vms: vms('a') } }, hv2: fresh });
    const { result, output } = await play(ansible, ['--check']);
    expect(result, output).toMatchObject({ changed: true });
    rmSync(at('hosts', 'hv2'), { recursive: true });
    expect((await play(ansible, ['--check'])).result.msg).toContain("hv2 can't be asked whether it has a");
  });

  it('are declared by variables of the play and of the role too, which must be such that they can be evaluated', async () => {
    const hv1 = { asks: [{ name: 'a' }], says: MADE };
    declare({ hv1, hv2: has({ name: 'a' }) });
    const list = [{ ...vms('a')[0], migrate: 'live' }];
    const { result, output } = await play(ansible, [], { vars: { ansible_pipelining: true, vm_list: list } });
    // Both have one, by the same list.
    expect(result, output).toMatchObject({ changed: true });
    expect(result).not.toHaveProperty('moves');

    declare({
      hv1: { ...hv1, variables: { vms: vms('a') } },
      hv2: { variables: { vms: '{{ nowhere }}' } },
      hv3: { variables: { vms: [], ansible_user: '{{ nobody }}' } },
    });
    const { result: failed } = await play(ansible);
    expect(failed.msg?.split('\n')).toEqual([
      expect.stringMatching(/^hv1: hv2: vm.*'nowhere' is undefined$/),
      expect.stringMatching(/^hv3: ansible_user: 'nobody' is undefined$/),
    ]);
  });

  it('are asked for as the play reaches hosts', async () => {
    const hv1 = { asks: [{ name: 'a' }], says: MADE, variables: { vms: vms('a'), ansible_user: 'first' } };
    const own = {
      ansible_user: '{{ who }}',
      who: 'second',
      ansible_ssh_private_key_file: '/k2',
      ansible_become: false,
    };
    declare({ hv1, hv2: {}, hv3: { variables: own } });
    const args = ['-u', 'joe', '--private-key', '/k1', '--ssh-common-args=-o CanonicalDomains=x'];
    const { output, exitCode } = await play(ansible, args, { become: true, become_user: 'operator' });
    expect(exitCode, output).toBe(0);
    expect(ssh('hv2')).toMatch(/User="?joe"?/);
    expect(ssh('hv2')).toMatch(/IdentityFile="?\/k1"?/);
    expect(ssh('hv2')).toContain('CanonicalDomains=x');
    expect(ssh('hv2')).toMatch(/sudo .*-u operator/);
    expect(ssh('hv3')).toMatch(/User="?second"?/);
    expect(ssh('hv3')).toMatch(/IdentityFile="?\/k2"?/);
    expect(ssh('hv3')).not.toContain('sudo');
  });

  it('are asked for with the password that was entered, and not with that of another host', async () => {
    writeFileSync(at('password'), 'entered');
    const entered = async (variables: object) => {
      rmSync(at('hosts'), { recursive: true, force: true });
      const hv1 = { asks: [{ name: 'a' }], says: MADE, variables: { vms: vms('a'), ...variables } };
      declare({ hv1, hv2: {} });
      const args = ['--become-password-file', at('password')];
      const { output, exitCode } = await play(ansible, args, { become: true });
      expect(exitCode, output).toBe(0);
      // Without a password, sudo asks for none.
      return ['hv1', 'hv2'].map((name) => ssh(name).includes('sudo via ansible'));
    };
    expect(await entered({})).toEqual([true, true]);
    expect(await entered({ ansible_become_password: 'own' })).toEqual([true, false]);
  });

  it('that are surplus are removed unless another declares them', async () => {
    const asks = [{ name: 'web01', surplus: true }];
    const group = {
      name: 'g',
      types: [{ name: 'web', count: 1, prefix: 'web', remove: true, memory: '64 MiB' }],
    };
    const run = async (others: object) => {
      rmSync(at('hosts'), { recursive: true, force: true });
      declare({ hv1: { asks, says: MADE, variables: { vm_groups: [group] } }, hv2: { variables: others } });
      const { output, exitCode } = await play(ansible);
      expect(exitCode, output).toBe(0);
      expect([runsOf('hv1'), runsOf('hv2')]).toEqual([2, 0]);
      return elsewhereIn(sent('hv1'))[0];
    };
    expect(await run({ vms: vms('web01') })).toEqual(['web01']);
    expect(await run({ vms: [{ name: 'web01', state: 'absent' }] })).toEqual([]);
    expect(await run({})).toEqual([]);
  });

  it('that are surplus and removed have no ports in OVN any more', async () => {
    const gone = { changed: true, failed: false, name: 'web01', state: 'absent' };
    const results = [gone, { ...gone, name: '../x' }, { ...gone, name: 'web02', state: 'running' }];
    const script = `echo '${JSON.stringify({ changed: true, results })}'`;
    const type = { name: 'web', count: 0, prefix: 'web', memory: '64 MiB' };
    for (const remove of [true, false]) {
      const vm_groups = [{ name: 'g', types: [{ ...type, remove }] }];
      declare({ hv1: { script, variables: { vm_groups } }, hv2: null });
      const { result, output } = await play(ansible);
      expect(result, output).toMatchObject({
        ovn_guests: remove ? [{ name: 'web01', state: 'absent' }] : [],
      });
    }
  });

  it.each([
    [
      'says what is moved',
      { script: `echo '{"changed": false, "moves": []}'` },
      "answered with 'moves', which this module never gives",
    ],
    [
      'says what is configured',
      { script: `echo '{"changed": false, "to_configure": "x"}'` },
      "answered with 'to_configure'",
    ],
    ['asks for a VM of another', { asks: [{ name: 'theirs' }] }, FOREIGN],
    ['asks for one that is not declared', { asks: [{ name: 'none' }] }, FOREIGN],
    ['asks for a name that is none', { asks: [{ name: '../x', surplus: true }] }, FOREIGN],
    ['calls its own surplus', { asks: [{ name: 'a', surplus: true }] }, FOREIGN],
    ['asks nothing', { asks: [{}] }, FOREIGN],
    ['says how a VM is moved', { asks: [{ name: 'a', migrate: 'live' }] }, "answered with 'migrate'"],
    [
      'wants the guest of an unfinished move',
      { asks: [{ name: 'a', from: 'hv2', arrived: true }] },
      "a is on hv2, which does not declare it: give it 'migrate: live'",
    ],
    [
      'asks again',
      { script: `echo '{"changed": false, "piecewise_asks": [{"name": "a"}]}'` },
      'asked for VMs of other hosts although nobody answers',
    ],
  ])('are not given to a host that %s', async (_, host, msg) => {
    const own = [...vms('a'), { ...vms('theirs')[0], host: 'hv2' }];
    declare({ hv1: { ...host, variables: { vms: own } }, hv2: {} });
    const { result } = await play(ansible);
    expect(result).toMatchObject({ failed: true, msg: expect.stringContaining(msg) });
    expect(result).not.toHaveProperty('moves');
  });

  it('may be of hosts that are in the inventory', async () => {
    declare({ hv1: { asks: [], variables: { vms: vms('a'), vm_hypervisors: ['hv1', 'hv9'] } } });
    expect((await play(ansible)).result.msg).toBe(
      "hv1: option 'hypervisors': 'hv9' is not a host of the inventory",
    );
  });
});
