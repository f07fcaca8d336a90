import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { makeProject, type Project } from '../contract/ansible.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { Expander } from '../plugins/groups.ts';
import { runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/groups-test';
// The file's name is that of the group.
const GROUP = 'vmgpf';

let hypervisor: Hypervisor;
const { entriesOf, end } = new Expander();
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const domains = async () => (await sh('virsh -q list --all --name | grep vmg || true')).split('\n').sort();
const remove = `for d in $(virsh -q list --all --name | grep vmg); do virsh destroy $d; virsh undefine $d; done 2>/dev/null; rm -rf ${HOME}`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(`mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/tiny.qcow2 8M`);
});
afterAll(async () => {
  end();
  await hypervisor?.exec(['sh', '-c', `${remove} ${HOME}-images`], { check: false });
});

const COMMON = { directory: HOME, image_directory: `${HOME}-images`, hypervisor: 'hv1' };
const TINY = { archive_name: 'tiny.qcow2', memory: '32 MiB', virt_type: 'qemu', state: 'present' };

/** The module's run for one group, as the action plugin calls it. */
async function shop(types: readonly object[], more: Record<string, unknown> = {}, mode = {}) {
  const all = types.map((type) => ({ ...TINY, ...type }));
  const entries = await entriesOf({ groups: [{ name: 'vmgshop', types: all }] });
  const vms = entries.map(({ values }) => values);
  const origins = entries.map(({ origin }) => origin);
  return runModule(hypervisor, 'vm', { ...COMMON, vms, _ansible_piecewise_origins: origins, ...more }, mode);
}

/** All that a VM consists of: its definition, its files, and what is in them. */
const all = (...names: readonly string[]) =>
  sh(
    names
      .map(
        (name) =>
          `virsh dumpxml --inactive ${name}; cd ${HOME}/${name}; stat -c '%n %i %y %s' *; sha256sum *`,
      )
      .join('; '),
  );

describe('a group', () => {
  afterAll(() => sh(remove));
  const web = (count: number, more: object = {}) => ({
    ...{ name: 'web', prefix: 'vmgweb', count, disks: [{ size: '16M' }], ...more },
  });
  const names = (count: number) => Array.from({ length: count }, (_, i) => `vmgweb0${i}`);

  it('that grows changes nothing of its first VMs', async () => {
    expect(await shop([web(2)])).toMatchObject({ changed: true });
    const before = await all(...names(2));
    expect(before).toContain('group="vmgshop" type="web" index="1"');
    expect(await shop([web(2)])).toMatchObject({ changed: false });
    const grown = await shop([web(4)]);
    expect((grown.results as { changed: boolean }[]).map(({ changed }) => changed)).toEqual([
      ...[false, false],
      ...[true, true],
    ]);
    expect(await all(...names(2))).toBe(before);
    expect(await domains()).toEqual(names(4));
    const metadata = 'virsh metadata vmgweb03 --config --uri https://piecewise.cloud/group/1';
    expect(await sh(metadata)).toMatch(/<member group="vmgshop" type="web" index="3"\/>/);
    const { vms } = await runModule(hypervisor, 'vm_info', { names: ['vmgweb03'] });
    expect(vms).toMatchObject([{ name: 'vmgweb03', group: 'vmgshop', type: 'web', index: 3 }]);
  });

  it('that shrinks keeps the others, with a warning, unless it says otherwise', async () => {
    const by_hand = { ...TINY, name: 'vmghand', group: 'vmgshop', type: 'web' };
    expect(await runModule(hypervisor, 'vm', { ...COMMON, ...by_hand })).toMatchObject({ changed: true });
    for (const mode of [{ check: true }, {}]) {
      expect(await shop([web(1)], {}, mode)).toMatchObject({
        changed: false,
        warnings: [
          expect.stringMatching(
            /of the type 'web' of the group 'vmgshop' .* kept: vmgweb03, vmgweb02, vmgweb01 /,
          ),
        ],
      });
    }
    // Another VM's run says nothing of them.
    expect(await shop([web(1)], { only: 'vmgweb00' })).not.toHaveProperty('warnings');
    const removed = await shop([web(2, { remove: true, remove_storage: true })]);
    expect(removed).not.toHaveProperty('warnings');
    const results = removed.results as { item: string; state: string }[];
    expect(results.map(({ item, state }) => `${item} ${state}`)).toEqual([
      ...['vmgweb00 shut off', 'vmgweb01 shut off'],
      ...['vmgweb03 absent', 'vmgweb02 absent'],
    ]);
    expect(await domains()).toEqual(['vmghand', 'vmgweb00', 'vmgweb01']);
    expect(await sh(`ls ${HOME}`)).toBe('vmghand\nvmgweb00\nvmgweb01');
    expect(await shop([web(2, { remove: true })])).toMatchObject({ changed: false });
    // A count of none leaves nobody to compare with, and the disks are kept.
    expect(await shop([web(0, { remove: true })])).toMatchObject({ changed: true });
    expect(await domains()).toEqual(['vmghand']);
    expect(await sh(`ls ${HOME}/vmgweb00`)).toBe('data.qcow2\ndisk.qcow2');
  });

  it('may get VMs that run, without a restart, and lose them', async () => {
    const vm = { ...TINY, name: 'vmgrun', state: 'running', shutdown_timeout: 1, force_off: true };
    const run = (more: object) => runModule(hypervisor, 'vm', { ...COMMON, ...vm, ...more });
    expect(await run({})).toMatchObject({ changed: true });
    const started = await sh('cat /run/libvirt/qemu/vmgrun.pid');
    const metadata = () => sh('virsh dumpxml --inactive vmgrun | grep -c piecewise-group:member || true');
    for (const [more, count] of [
      [{ group: 'vmgshop' }, '1'],
      [{ group: 'vmgshop', type: 'app' }, '1'],
      [{}, '0'],
    ] as const) {
      const said = { changed: true, restart_required: false, actions: ['redefine domain vmgrun'] };
      expect(await run(more)).toMatchObject(said);
      expect(await run(more)).toMatchObject({ changed: false });
      expect(await metadata()).toBe(count);
    }
    expect(await sh('cat /run/libvirt/qemu/vmgrun.pid')).toBe(started);
  });
});

describe("nocloud's README", () => {
  let project: Project;
  const inventory = () => join(project.directory, 'inventory');

  beforeAll(async () => {
    project = await makeProject();
    mkdirSync(join(project.directory, 'files'));
    mkdirSync(inventory());
    const file = 'archlinux:1:sql:mem=1024;cpu=4;dsk=5,5;name=vmgdb\narchlinux:2:web:mem=512;name=vmgweb\n';
    writeFileSync(join(project.directory, 'files', GROUP), file);
    const variables = {
      ...(await hostVariables(hypervisor.name)),
      vm_descriptions: [`files/${GROUP}`],
      vm_groups: [
        { name: GROUP, vars: { ansible_user: 'root', greeting: 'hello {{ inventory_hostname }}' } },
      ],
      vm_images: { archlinux: {} },
      vm_image_directory: `${HOME}-images`,
      vm_directory: HOME,
      vm_defaults: { virt_type: 'qemu', shutdown_timeout: 1, force_off: true },
    };
    writeFileSync(join(inventory(), 'hosts.yml'), stringify({ kvm: { hosts: { hv1: variables } } }));
    writeFileSync(join(inventory(), 'zz_guests.yml'), 'plugin: piecewise.cloud.guests\n');
    await sh(`mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/archlinux 8M`);
  });
  afterAll(() => project?.remove());

  const play = async (name: string, extra: readonly string[] = [], before: readonly string[] = []) => {
    const playbook = ['ansible-playbook', '-i', inventory(), `piecewise.cloud.${name}`];
    const args = extra.flatMap((one) => ['-e', one]);
    const { stdout, stderr, exitCode } = await project.run('2.14', [...before, ...playbook, ...args]);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    return /changed=(\d)/.exec(stdout)?.[1];
  };
  const vms = () => play('vms');
  const states = () =>
    sh('for d in $(virsh -q list --all --name | grep vmg | sort); do echo $d $(virsh domstate $d); done');

  it('makes the machines of its description file', async () => {
    expect(await vms()).toBe('1');
    expect(await states()).toBe('vmgdb00 running\nvmgweb00 running\nvmgweb01 running');
    const of = (name: string) =>
      sh(
        `virsh metadata ${name} --uri https://piecewise.cloud/group/1; virsh dominfo ${name} | grep -E 'CPU.s|Max' | xargs`,
      );
    const member = (type: string, index: number) =>
      `<member group="${GROUP}" type="${type}" index="${index}"/>`;
    expect(await of('vmgdb00')).toMatch(
      new RegExp(`^${member('sql', 0)}\\s+CPU\\(s\\): 4 Max memory: 1048576 KiB$`),
    );
    expect(await of('vmgweb01')).toMatch(
      new RegExp(`^${member('web', 1)}\\s+CPU\\(s\\): 1 Max memory: 524288 KiB$`),
    );
    const disks = (name: string) =>
      sh(`virsh -q domblklist ${name} --details | awk '$2 == "disk" {print $3, $4}'`);
    const path = (name: string, disk: string) => `${HOME}/${name}/${disk}.qcow2`;
    expect(await disks('vmgdb00')).toBe(
      ['disk', 'data0', 'data1'].map((disk, i) => `vd${'abc'[i]} ${path('vmgdb00', disk)}`).join('\n'),
    );
    expect(await disks('vmgweb01')).toBe(`vda ${path('vmgweb01', 'disk')}`);
    for (const disk of ['data0', 'data1']) {
      const capacity = await sh(
        `virsh domblkinfo vmgdb00 ${path('vmgdb00', disk)} | awk "/Capacity/ {print \\$2}"`,
      );
      expect(capacity).toBe(String(5 * 2 ** 30));
    }
    expect(await vms()).toBe('0');
  });

  it('has them in the inventory, in its shape', async () => {
    const { stdout } = await project.run('2.14', [
      'ansible-inventory',
      '-i',
      inventory(),
      '--list',
      '--export',
    ]);
    const listing = parse(stdout) as Record<string, unknown>;
    expect([listing[`${GROUP}_sql`], listing[`${GROUP}_web`], listing[GROUP]]).toEqual([
      { hosts: ['vmgdb00'] },
      { hosts: ['vmgweb00', 'vmgweb01'] },
      {
        children: [`${GROUP}_sql`, `${GROUP}_web`],
        vars: { ansible_user: 'root', greeting: 'hello hv1' },
      },
    ]);
  });

  it('stops the group, and removes it', async () => {
    expect(await play('stop', [`group=${GROUP}`])).toBe('1');
    expect(await states()).toBe('vmgdb00 shut off\nvmgweb00 shut off\nvmgweb01 shut off');
    const sure = [`group=${GROUP}`, `remove_confirm=${GROUP}`, 'remove_storage=true'];
    expect(await play('remove', sure)).toBe('1');
    expect(await states()).toBe('');
    expect(await sh(`ls ${HOME}`)).toBe('');
    expect(await play('remove', sure)).toBe('0');
  });

  it('runs the group in the foreground, and Ctrl-C leaves nothing', async () => {
    copyFileSync(join(ROOT, 'test/contract/terminal.py'), join(project.directory, 'terminal.py'));
    const terminal = ['/usr/bin/python3', 'terminal.py', 'vmgweb01: is running'];
    expect(await play('run', [`group=${GROUP}`], terminal)).toBe('2');
    expect(await states()).toBe('');
    expect(await sh(`ls ${HOME}`)).toBe('');
  });
});
