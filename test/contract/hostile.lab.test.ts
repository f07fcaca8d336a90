import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../build/collection.ts';
import { ANSIBLES, type Ansible, makeProject, type Project } from './ansible.ts';
import { type Aftermath, type Hostile, suffer, writeHosts } from './hostile.ts';
import { attacks, detached, look, PLACE } from './hostile-answers.ts';
import {
  answering,
  factual,
  gathered,
  hanging,
  hosts,
  mute,
  silent,
  thieves,
  uploads,
} from './hostile-hosts.ts';

const names = Object.keys(hosts);

// A follower that waits for nobody, and its module.
async function build(collection: string): Promise<void> {
  await assemble(collection);
  const at = (...names: string[]) => join(collection, 'plugins', ...names);
  const plugin = (from: string, name: string) =>
    `from ansible_collections.piecewise.cloud.plugins.${from} import ${name}\n\n\nclass ActionModule(${name}):\n    SILENCE = PATIENCE = 2\n    MOST_FAILURES = 1\n`;
  const follower = plugin('plugin_utils._follow', 'Follower');
  writeFileSync(at('action', 'impatient.py'), `${follower}    MODULE = "disk_image"\n`);
  writeFileSync(at('modules', 'impatient.js'), readFileSync(at('modules', 'disk_image.js')));
  writeFileSync(
    at('action', 'impatient_upload.py'),
    plugin('action.disk_upload', 'ActionModule')
      .replace('import ActionModule', 'import ActionModule as Upload')
      .replace('(ActionModule)', '(Upload)'),
  );
}

const disk = (module: string) => `    - name: disk
      piecewise.cloud.${module}: {source: /srv/template, dest: /srv/disk}
      register: answer
`;
const upload = (module: string, dest: string) => `    - name: upload
      piecewise.cloud.${module}: {src: image, dest: "${dest}"}
      register: answer
`;
const vms = `    - name: VMs
      piecewise.cloud.vm:
        hypervisor: "{{ inventory_hostname }}"
        archive_paths: [.]
        defaults: {archive_name: image}
        vms: [{name: own, host: "{{ inventory_hostname }}", archive_name: other}, {name: away, host: away}]
      register: answer
`;
const on = (some: object) => Object.keys(some).join(',');

const role = `    - name: Role
      ansible.builtin.include_role: {name: piecewise.cloud.hypervisor}
    - name: Its result
      ansible.builtin.set_fact: {answer: {msg: "{{ hypervisor_found.missing | to_json }}"}}
`;
const OWN = ['cloudinit_iso', 'libvirt_domain', 'ovs_bridge', 'ovs_confirm', 'ovs_info', 'ovs_port'];
const builtins = {
  apt: 'name: x',
  command: 'cmd: id',
  copy: 'content: x, dest: /srv/x',
  file: 'path: /srv/x, state: directory',
  find: 'paths: /srv',
  systemd: 'name: x',
};
/** Tasks that host facts come from, with the names of their results. */
const modules = [
  ...OWN.map((name) => [name, `piecewise.cloud.${name}: {}`]),
  ...Object.entries(builtins).map(([name, args]) => [
    `builtin_${name}`,
    `piecewise.cloud.run_builtin: {module: ${name}, args: {${args}}}`,
  ]),
  ['polled', 'piecewise.cloud.ovs_info: {}\n      async: 10\n      poll: 1'],
  ['unpolled', 'piecewise.cloud.ovs_info: {}\n      async: 10\n      poll: 0'],
];
const every = `${modules.map(([name, task]) => `    - name: ${name}\n      ${task}\n      register: of_${name}\n`).join('')}
    - name: All
      ansible.builtin.set_fact:
        answer: {msg: "{{ {${modules.map(([name]) => `'${name}': of_${name}.msg | default('')`).join(', ')}} | to_json }}"}
`;
const afterUser = `    - name: A task of the user
      ansible.builtin.ping:
    - name: Ours
      piecewise.cloud.ovs_info:
      register: answer
`;

const plays = {
  [on(answering)]: disk('disk_image'),
  [on({ ...silent, ...mute })]: disk('impatient'),
  [on(uploads)]: upload('disk_upload', '/srv/x'),
  [on(hanging)]: upload('impatient_upload', '/srv/x'),
  [on(thieves)]: vms,
  dash: upload('disk_upload', '-v'),
  folder: upload('disk_upload', 'folder'),
};

interface Run {
  readonly project: Project;
  readonly after: Aftermath;
}

/** Whatever hosts have said, the inventory, all variables and the controller are as they were. */
function expectUnmoved({ project, after }: Run, names: readonly string[]): void {
  const { groups, hosts: seen, output } = after;
  const fileOf = (...path: string[]) => join(project.directory, ...path);
  expect(existsSync(fileOf('OWNED')), 'something ran on the controller').toBe(false);
  for (const host of names) {
    expect(existsSync(fileOf('hosts', host, 'OWNED')), host).toBe(false);
  }
  expect(groups).toEqual({
    all: expect.arrayContaining(['innocent', ...names]),
    ungrouped: ['innocent'],
    hostile: names,
  });
  expect(groups.all).toHaveLength(names.length + 1);
  for (const [host, { variables }] of Object.entries(seen)) {
    expect(variables, host).toEqual(seen.innocent?.variables);
  }
  expect(seen.innocent?.variables).toEqual({
    ansible_connection: 'ssh',
    ansible_ssh_executable: fileOf('ssh'),
    ansible_python_interpreter: '/usr/bin/python3',
    ansible_node_interpreter: '/usr/bin/node',
    ansible_become: 'False',
    owned: 'False',
  });
  expect(output).not.toMatch(
    /Traceback|traceback|Unexpected failure|Failure using method|unexpected exception/i,
  );
  expect(output.replace(/[\t\r\n]/g, '')).not.toMatch(/\p{Cc}/u);
}

const projects = new Map<Ansible, Project>();
const runs = new Map<Ansible, Run>();

// Both Ansibles at once: a host that is slow keeps none busy.
const sufferBoth = (all: Readonly<Record<string, Hostile>>, plays: Readonly<Record<string, string>>) =>
  Promise.all(
    [...projects].map(async ([ansible, project]) => {
      writeHosts(project, all);
      runs.set(ansible, { project, after: await suffer(project, ansible, plays) });
    }),
  );

beforeAll(async () => {
  for (const ansible of ANSIBLES) {
    const project = await makeProject([], build);
    projects.set(ansible, project);
    writeFileSync(join(project.directory, 'image'), Buffer.alloc(1024 ** 2));
    writeFileSync(join(project.directory, 'image.tar.gz'), Buffer.alloc(1024));
  }
}, 300_000);
afterAll(() => {
  for (const project of projects.values()) project.remove();
});

describe('a hypervisor that plants a host', () => {
  const planter = { planter: { first: detached(), looks: [look('result', attacks.add_host ?? '')] } };
  beforeAll(() => sufferBoth(planter, { planter: disk('disk_image') }), 120_000);

  it.each(ANSIBLES)('has nothing run on the controller by the next play, under Ansible %s', (ansible) => {
    expectUnmoved(runs.get(ansible) as Run, ['planter']);
  });
});

describe('a hypervisor that has given facts to a task of the user', () => {
  beforeAll(() => sufferBoth(gathered, { gathered: afterUser }), 120_000);

  it.each(ANSIBLES)('is refused where they override a variable, under Ansible %s', (ansible) => {
    const { result } = (runs.get(ansible) as Run).after.hosts.gathered ?? {};
    expect(result).toMatchObject({ failed: true });
    expect(result?.msg).toContain(
      'gathered: the facts of gathered have hypervisor_node_binary, ovn_central: facts override the variables of the inventory',
    );
    expect(result?.msg).toMatch(/clear_facts.*inject_facts_as_vars/);
  });
});

describe('hypervisors that give facts', () => {
  beforeAll(() => {
    for (const project of projects.values()) writeFileSync(join(project.directory, 'secret'), 'SECRET of it');
    return sufferBoth(factual, { 'facts-role': role, 'facts-modules': every });
  }, 200_000);

  describe.each(ANSIBLES)('to Ansible %s', (ansible) => {
    const messageOf = (host: string) => runs.get(ansible)?.after.hosts[host]?.result.msg ?? '';

    it('change no variable, and get no file of the controller', () => {
      const run = runs.get(ansible) as Run;
      expectUnmoved(run, Object.keys(factual));
      for (const host of Object.keys(factual)) {
        const received = readFileSync(join(run.project.directory, 'hosts', host, 'received'), 'utf8');
        expect(received, host).not.toBe('');
        expect(received, host).not.toContain('SECRET of it');
      }
    });

    it('name nothing as missing that they were not asked for', () => {
      expect(JSON.parse(messageOf('facts-role'))).toEqual({
        packages: [],
        modules: [],
        services: [],
        drivers: [],
      });
    });

    it('are refused by our modules, also with async', () => {
      const said = JSON.parse(messageOf('facts-modules')) as Record<string, string>;
      for (const name of [...OWN, 'polled', 'unpolled'])
        expect(said[name], name).toContain("answered with 'ansible_facts'");
    });
  });
});

describe('hostile hosts', () => {
  beforeAll(() => sufferBoth(hosts, plays), 300_000);

  describe.each(ANSIBLES)('to Ansible %s', (ansible) => {
    const of = (...prefixes: string[]) =>
      names.filter((name) => prefixes.some((prefix) => name.startsWith(`${prefix}-`)));
    const run = () => runs.get(ansible) as Run;
    const resultOf = (host: string) => run().after.hosts[host]?.result;
    const fileOf = (...path: string[]) => join(run().project.directory, ...path);
    const commandsOf = (host: string) => readFileSync(fileOf('hosts', host, 'commands'), 'utf8');

    it('changes neither the inventory nor a variable, and runs nothing on the controller', () => {
      expectUnmoved(run(), names);
    });

    it('fails where it says what no module of ours says, by an error that names it', () => {
      // What is of the right shape is a result, whatever its texts say.
      const results = /generated|template/;
      for (const host of of('first', 'result').filter((name) => !results.test(name))) {
        expect(resultOf(host), host).toMatchObject({ failed: true });
        expect(resultOf(host)?.msg?.length, host).toBeLessThan(6000);
      }
      const fix = "what ran there isn't the module that was sent. Check the host before you trust it";
      expect(resultOf('result-add-host')?.msg).toBe(
        `result-add-host: answered with 'add_host', which this module never gives: ${fix}`,
      );
      expect(resultOf('first-warnings')?.msg).toBe(
        `first-warnings: answered with a 'warnings' of a wrong type: ${fix}`,
      );
      expect(resultOf('result-template')?.msg).toBe('{{ lookup("pipe", "touch OWNED") }}');
    });

    it('is not followed to a place that is not ours, nor is anything removed there', () => {
      for (const host of of('way')) {
        expect(resultOf(host)?.msg, host).toMatch(/says that the work goes on (in a directory|as a process)/);
        expect(commandsOf(host), host).not.toMatch(/piecewise-look|rm -/);
      }
      for (const host of of('result', 'tale')) {
        const removed = [...commandsOf(host).matchAll(/rm -\S+ .*/g)].map(([text]) => text);
        expect(removed.join(), host).toContain(`rm -rf -- ${PLACE}`);
        expect(removed, host).toHaveLength(1);
      }
    });

    it('is not shown where its progress can be none, and ends as it ends', () => {
      for (const host of of('tale')) expect(resultOf(host), host).toMatchObject({ failed: false });
      expect(run().after.output).not.toContain('odd tale');
      expect(run().after.output).toContain('good: good tale: 1 B');
      const [flood = ''] = /^flood: .*$/m.exec(run().after.output) ?? [];
      expect(flood).toMatch(/flood: 1 B$/);
      expect(flood.length).toBeLessThan(350);
    });

    it('is read within bounds, which an honest host keeps already', () => {
      for (const host of of('huge', 'honest')) {
        expect(resultOf(host)?.msg, host).toMatch(/: answered with \d+ characters, which no module does$/);
      }
      const size = Number(readFileSync(fileOf('hosts', 'honest-huge', 'size'), 'utf8'));
      expect(size).toBeLessThan(17 * 1024 ** 2);
      expect(resultOf('large')).toMatchObject({ failed: false });
      expect(resultOf('gone')?.msg).toMatch(/^gone: the work on the host ended without a result: …y{4096}$/);
      expect(run().after.output.length).toBeLessThan(10 * 1024 ** 2);
    });

    it('that says nothing new is waited for no longer than it may be, by an error that says where to look', () => {
      for (const host of Object.keys(silent)) {
        expect(resultOf(host)?.msg).toBe(
          `${host}: the work on the host has made no progress for 2 s, and its process 4321 still runs: see what blocks it. Its progress, its log and its result are in ${PLACE}`,
        );
        expect(commandsOf(host)).not.toContain('rm -');
      }
      expect(resultOf('mute')).toEqual({
        failed: false,
        unreachable: true,
        msg: expect.stringContaining(
          `no answer within 2 s; the work continues on the host as process 4321: its result will be in ${PLACE}`,
        ),
      });
      expect(resultOf('hangs')?.msg).toBe(
        'hangs: copy image from the controller: nothing has arrived for 2 s: check the connection, and the free space on the host at /tmp/hostile/file',
      );
    });

    it('gets no archive that is for the VM of another hypervisor', () => {
      expect(resultOf('thief')?.msg).toContain(
        'asked for a file of the controller that is not an archive of its VMs',
      );
      expect(commandsOf('thief')).not.toContain('/srv');
    });

    it('that takes a file can say nothing of its size that breaks the upload', () => {
      for (const host of of('size')) expect(resultOf(host), host).toMatchObject({ failed: false });
      expect(resultOf('refuses')?.msg).toMatch(/^refuses: \/srv\/x: …y{4096}$/);
      expect(run().after.output).toContain('refuses: copy image from the controller: 0 % of 1.0 MiB');
      expect(run().after.output).toContain('size-larger: copy image from the controller: 909.5 TiB');
    });
  });

  describe.each(ANSIBLES)('a file that is copied by Ansible %s', (ansible) => {
    it('may have a name that looks like an option, and gets no directory of its name', () => {
      const { project, after } = runs.get(ansible) as Run;
      const at = (host: string) => join(project.directory, 'hosts', host);
      expect(after.hosts.dash?.result).toMatchObject({ failed: false });
      expect(statSync(join(at('dash'), '-v')).size).toBe(1024 ** 2);
      expect(after.hosts.folder?.result).toMatchObject({ failed: true });
      expect(after.hosts.folder?.result.msg).toContain('folder: folder: mv: ');
      expect(readdirSync(join(at('folder'), 'folder'))).toEqual([]);
    });
  });
});
