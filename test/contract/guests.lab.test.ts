import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { type Ansible, makeProject, type Project } from './ansible.ts';

// The playbooks that a person runs, on guests without a system, which no request shuts down.
const HOME = '/var/lib/libvirt/people-test';
let hypervisor: Hypervisor;
let project: Project;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

const GROUP = {
  name: 'ppl',
  types: [
    { name: 'sql', prefix: 'ppldb' },
    { name: 'web', prefix: 'pplweb', count: 2, remove_storage: true },
    { name: 'spare', prefix: 'pplspare', state: 'present' },
  ],
};

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  project = await makeProject();
  await sh(`mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/tiny 8M`);
  const variables = {
    vm_images: { tiny: {} },
    vm_image_directory: `${HOME}-images`,
    vm_directory: HOME,
    vm_defaults: {
      ...{ archive_name: 'tiny', memory: '32 MiB', virt_type: 'qemu' },
      ...{ shutdown_timeout: 1, force_off: true },
    },
    vm_groups: [GROUP],
    // Not what a person says.
    type: 'metal',
  };
  // Both are the same machine, and only one has the guests.
  const host = await hostVariables(hypervisor.name);
  const hosts = { hv1: { ...host, ...variables }, hv2: { ...host, vms: [] } };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm: { hosts } }));
  copyFileSync(join(ROOT, 'test/contract/terminal.py'), join(project.directory, 'terminal.py'));
});
const REMOVE = `for d in $(virsh -q list --all --name | grep ppl); do virsh destroy $d; virsh undefine $d; done 2>/dev/null; rm -rf ${HOME}`;
afterAll(async () => {
  await hypervisor?.exec(['sh', '-c', `${REMOVE} ${HOME}-images`], { check: false });
  project?.remove();
});

const play = async (ansible: Ansible, name: string, ...extra: readonly string[]) => {
  const args = extra.flatMap((one) => (one.startsWith('-') ? [one] : ['-e', one]));
  const { stdout, stderr, exitCode } = await project.run(ansible, [
    'ansible-playbook',
    `piecewise.cloud.${name}`,
    ...args,
  ]);
  return {
    output: `${stdout}\n${stderr}`,
    exitCode,
    changed: Number(/hv1 .*changed=(\d+)/.exec(stdout)?.[1]),
  };
};
const states = () =>
  sh('for d in $(virsh -q list --all --name | grep ppl | sort); do echo $d $(virsh domid $d); done');
const idOf = (text: string, name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];

describe('a person', () => {
  it.each(['remove', 'run'])('who says nothing is asked which guests to %s', async (name) => {
    const { output, exitCode } = await play('2.14', name);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('which guests? Give -e vm=NAME, -e group=GROUP');
    expect(await states()).toBe('');
  });

  it('starts, stops and restarts a guest, a type and a group', async () => {
    expect((await play('2.14', 'start', 'vm=ppldb00')).output).toContain(
      'VM ppldb00 is not defined on this host: make it first',
    );
    expect(await play('2.14', 'vms', 'vm_only_group=ppl', '--limit=hv1')).toMatchObject({ exitCode: 0 });
    const made = await states();
    expect(made).toMatch(/^ppldb00 \d+\npplspare00 -\npplweb00 \d+\npplweb01 \d+$/);

    expect(await play('2.14', 'stop', 'group=ppl', 'type=web')).toMatchObject({ exitCode: 0, changed: 1 });
    expect(await states()).toMatch(/^ppldb00 \d+\npplspare00 -\npplweb00 -\npplweb01 -$/);
    expect(await play('2.14', 'stop', 'type=web')).toMatchObject({ exitCode: 0, changed: 0 });

    expect((await play('2.14', 'start', 'vm=pplspare00')).output).toContain(
      'the entry of pplspare00 says state: present, and this is for guests with state: running',
    );
    expect(await play('2.14', 'start', 'group=ppl')).toMatchObject({ exitCode: 0, changed: 1 });
    const started = await states();
    expect(idOf(started, 'ppldb00')).toBe(idOf(made, 'ppldb00'));
    expect(started).toMatch(/pplspare00 -\npplweb00 \d+\npplweb01 \d+$/);

    expect(await play('2.14', 'restart', 'type=web')).toMatchObject({ exitCode: 0, changed: 1 });
    const restarted = await states();
    expect(idOf(restarted, 'ppldb00')).toBe(idOf(made, 'ppldb00'));
    // One after the other, in order.
    const [first, second] = ['pplweb00', 'pplweb01'].map((name) => Number(idOf(restarted, name)));
    expect(first).toBeGreaterThan(Number(idOf(started, 'pplweb01')));
    expect(second).toBeGreaterThan(first as number);
  });

  it('stops restarting at the first guest that is not ready', async () => {
    const before = await states();
    const { output, exitCode } = await play(
      '2.14',
      'restart',
      'type=web',
      'wait_for=agent',
      'wait_timeout=1',
    );
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/pplweb00 is not ready after 1 s/);
    expect(output).toContain("left as it is, since pplweb00 failed ('serial' is given)");
    expect(idOf(await states(), 'pplweb01')).toBe(idOf(before, 'pplweb01'));
  });

  it('removes guests when the name is given again, and keeps their disks whatever their entries say', async () => {
    // One that the count no longer has is named, and removed too.
    const surplus = "<member group='ppl' type='web' index='7'/>";
    await sh(`virsh dumpxml --inactive pplweb01 | grep -vE '<uuid>|mac address' | sed 's/pplweb01/pplweb07/' >/run/ppl.xml
      virsh define /run/ppl.xml; virsh metadata pplweb07 https://piecewise.cloud/group/1 --config --key piecewise-group --set "${surplus}"; rm /run/ppl.xml`);
    const refused = await play('2.14', 'remove', 'group=ppl');
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toContain('To confirm without a question, add -e remove_confirm=ppl');
    const named = /This removes (.*)\nand keeps their disks/.exec(refused.output)?.[1]?.trim();
    expect(named).toBe('hv1: ppldb00, pplweb00, pplweb01, pplspare00, pplweb07');
    expect((await play('2.14', 'remove', 'group=ppl', 'remove_confirm=pp')).exitCode).not.toBe(0);
    expect(await states()).toMatch(/^ppldb00/);
    expect(await play('2.14', 'remove', 'group=ppl', 'remove_confirm=ppl')).toMatchObject({ exitCode: 0 });
    expect(await states()).toBe('');
    expect(await sh(`ls ${HOME}`)).toBe('ppldb00\npplspare00\npplweb00\npplweb01');
  });

  it('is not given kept disks to run and throw away', async () => {
    const command = [
      '/usr/bin/python3',
      'terminal.py',
      'no such text',
      'ansible-playbook',
      'piecewise.cloud.run',
    ];
    const { stdout, exitCode } = await project.run('2.14', [...command, '-e', 'vm=pplweb00']);
    expect(exitCode).not.toBe(0);
    expect(stdout).toMatch(/pplweb00: such a guest exists on hv1, or its\s+disks were kept/);
    expect(await states()).toBe('');
    expect(await sh(`ls ${HOME}/pplweb00`)).toContain('disk.qcow2');
    await sh(REMOVE);
  });
});

describe('a person who runs guests in the foreground', () => {
  afterEach(() => sh(REMOVE));
  const foreground = async (ansible: Ansible, until: string, ...extra: readonly string[]) => {
    const command = ['ansible-playbook', 'piecewise.cloud.run', ...extra.flatMap((one) => ['-e', one])];
    const terminal = ['/usr/bin/python3', 'terminal.py', until];
    const { stdout, exitCode } = await project.run(ansible, [...terminal, ...command]);
    return { output: stdout, exitCode };
  };

  it('removes them with their disks by Ctrl-C, and nothing else', async () => {
    const { output, exitCode } = await foreground('2.19', 'pplweb01: is running', 'type=web');
    expect(exitCode, output).toBe(0);
    expect(output).toContain('pplweb00: is running');
    expect(output).not.toContain('interrupted execution');
    expect(await states()).toBe('');
    expect(await sh(`ls ${HOME} 2>&1 || true`)).not.toContain('pplweb');
  });

  it('keeps them where that is asked, and takes them up again', async () => {
    const [vm, on] = ['vm=ppldb00', 'ppldb00: is running'];
    expect(await foreground('2.14', on, vm, 'run_keep=true')).toMatchObject({ exitCode: 0 });
    expect(await states()).toMatch(/^ppldb00 \d+$/);
    const again = await foreground('2.14', 'no such text', vm);
    expect(again.exitCode).not.toBe(0);
    expect(again.output).toMatch(/ppldb00: such a guest exists on hv1, or its\s+disks were kept/);
    expect(await foreground('2.19', on, vm, 'run_again=true')).toMatchObject({ exitCode: 0 });
    expect(await states()).toBe('');
  });

  it('is told that it needs a terminal', async () => {
    const { output, exitCode } = await play('2.14', 'run', 'vm=ppldb00');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('Ansible has no terminal');
    // Before anything is made.
    expect(await states()).toBe('');
  });
});
