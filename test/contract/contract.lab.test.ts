import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecs, moduleNames } from '../../build/modules.ts';
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

const NOTHING_TO_DO = ['ovs_confirm', 'ovs_info'];

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
