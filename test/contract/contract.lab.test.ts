import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionGroups } from '../../build/groups.ts';
import { loadSpecs, moduleNames } from '../../build/modules.ts';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { taskProblems } from '../support/tasks.ts';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';
import { ARGUMENTS } from './arguments.ts';
import { play } from './play.ts';

const specs = await loadSpecs();

let project: Project;
let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
  await hypervisor.exec(['mkdir', '-p', '/srv/contract']);
  await hypervisor.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', '/srv/contract/template.qcow2', '1M']);
});
afterAll(async () => {
  project?.remove();
  await hypervisor?.exec(['rm', '-rf', '/srv/contract']);
});

describe('the arguments of this test', () => {
  it('are there for each module', () => {
    expect(Object.keys(ARGUMENTS).sort()).toEqual(moduleNames());
  });

  it.each(specs)('fit the spec of $module', (spec) => {
    expect(taskProblems(spec, ARGUMENTS[spec.module] ?? {})).toEqual([]);
  });
});

/** What of the hypervisor the modules would change. */
const traces = async () => {
  const script =
    'ls /srv/contract; virsh -q list --all --name; ovs-vsctl list-br; cat /etc/network/interfaces*';
  return (await hypervisor.exec(['sh', '-c', script], { check: false })).stdout;
};

const tasks = moduleNames()
  .map((name) => {
    const args = JSON.stringify(ARGUMENTS[name] ?? {});
    return `    - name: ${name}\n      piecewise.cloud.${name}: ${args}\n      register: ${name}\n`;
  })
  .join('');

const NOTHING_TO_DO = [
  'cloud_info',
  'ovn_info',
  'ovn_migration',
  'ovs_confirm',
  'ovs_info',
  'vm_info',
  'vm_move',
];

const matrix = ANSIBLES.flatMap((ansible) => [true, false].map((pipelining) => ({ ansible, pipelining })));

describe('every module, in check mode', () => {
  it.each(matrix)('under Ansible $ansible, pipelining $pipelining', async ({ ansible, pipelining }) => {
    const before = await traces();
    const env = { ANSIBLE_PIPELINING: String(pipelining) };
    const { results, output, exitCode } = await play(project, ansible, tasks, {
      args: ['--check', '-vvv'],
      env,
    });
    const seen = Object.entries(results).map(([name, { changed, failed, msg }]) => [
      name,
      { changed, failed: failed ?? false, msg },
    ]);
    expect(seen).toEqual(
      moduleNames().map((name) => [
        name,
        { changed: !NOTHING_TO_DO.includes(name), failed: false, msg: undefined },
      ]),
    );
    expect(exitCode, output).toBe(0);
    expect(output.includes(`<${hypervisor.name}> PUT `)).toBe(!pipelining);
    expect(await traces()).toBe(before);
  });
});

/** For each group a default, and what a task that gets it says of it. */
const DEFAULTS: Readonly<
  Record<string, readonly [defaults: Readonly<Record<string, unknown>>, seen: string]>
> = {
  disk: [{ overlay_directories: ['not/absolute'] }, 'not/absolute'],
  ovs: [{ database_socket: '/run/nowhere/db.sock', timeout: 7 }, '/run/nowhere/db.sock'],
  vm: [{ uri: 'nowhere:///system', shutdown_timeout: 5, force_off: false }, 'nowhere:///system'],
};

describe('a default of an action group', () => {
  const groups = Object.entries(actionGroups(specs));

  it('is here for each group', () => {
    expect(groups.map(([group]) => group)).toEqual(Object.keys(DEFAULTS));
    for (const [group, members] of groups) expect(members.length, group).toBeGreaterThan(1);
  });

  it.each(ANSIBLES)('reaches each of its modules: %s', async (ansible) => {
    const each = groups.flatMap(([group, members]) => members.map((name) => ({ group, name })));
    const tasks = each.map(({ group, name }) => {
      const [defaults] = DEFAULTS[group] ?? [{}];
      const given = Object.entries(ARGUMENTS[name] ?? {}).filter(([option]) => !(option in defaults));
      return [
        `    - name: ${name}`,
        `      piecewise.cloud.${name}: ${JSON.stringify(Object.fromEntries(given))}`,
        `      module_defaults: ${JSON.stringify({ [`group/piecewise.cloud.${group}`]: defaults })}`,
        `      register: ${name}\n`,
      ].join('\n');
    });
    const { results, output } = await play(project, ansible, tasks.join(''), { args: ['--check'] });
    for (const { group, name } of each) {
      const { msg, warnings }: Partial<Result> = results[name] ?? {};
      expect(JSON.stringify({ msg, warnings }), `${name}: ${output}`).toContain(DEFAULTS[group]?.[1]);
    }
  });
});
