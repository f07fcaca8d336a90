import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const NAME = 'absent-test';
const DIR = '/var/lib/libvirt/images/absent-test';
let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const task = (args: object) =>
  runModule(hypervisor, 'libvirt_domain', { memory: '64 MiB', interfaces: [], ...args });
const disk = (name: string) => ({ source: `${DIR}/${name}` });

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`mkdir -p ${DIR}; cd ${DIR}; for n in own shared base; do qemu-img create -q -f qcow2 $n.qcow2 16M; done
    qemu-img create -q -f qcow2 -F qcow2 -b ${DIR}/base.qcow2 overlay.qcow2; truncate -s 1M seed.iso`);
});

afterAll(async () => {
  for (const name of [NAME, `${NAME}-other`]) {
    await hypervisor.exec(['virsh', 'destroy', name], { check: false });
    await hypervisor.exec(['virsh', 'undefine', name, '--nvram', '--snapshots-metadata'], { check: false });
  }
  await sh(`rm -rf ${DIR}`);
});

describe('state: absent', () => {
  it('succeeds whatever the domain has: a saved state, snapshots, checkpoints, an NVRAM', async () => {
    const disks = [{ ...disk('own.qcow2'), target: 'vda' }];
    await task({ name: NAME, firmware: 'efi', disks });
    await sh(`virsh -q snapshot-create-as ${NAME} before-start >/dev/null; virsh -q start ${NAME}
      virsh -q checkpoint-create-as ${NAME} point >/dev/null; virsh -q managedsave ${NAME} >/dev/null`);
    const has = await sh(`virsh -q snapshot-list ${NAME} --name; virsh -q checkpoint-list ${NAME} --name
      virsh dominfo ${NAME} | grep 'Managed save'; ls /var/lib/libvirt/qemu/nvram/${NAME}_VARS.fd`);
    expect(has).toMatch(/before-start[\s\S]*point[\s\S]*yes[\s\S]*VARS/);
    const done = await runThrice(hypervisor, 'libvirt_domain', { name: NAME, state: 'absent' });
    expect(done.actions).toEqual([`undefine domain ${NAME}`]);
    expect(
      await sh(`virsh list --all --name; ls /var/lib/libvirt/qemu/nvram /var/lib/libvirt/qemu/save`),
    ).not.toContain(NAME);
    expect(await sh(`ls ${DIR}/own.qcow2`)).toContain('own');
  });

  it("removes with 'remove_storage' the domain's own disks, and no others", async () => {
    const other = [disk('shared.qcow2'), disk('overlay.qcow2')];
    expect(await task({ name: `${NAME}-other`, disks: other })).toMatchObject({ changed: true });
    const disks = [
      disk('own.qcow2'),
      disk('shared.qcow2'),
      disk('base.qcow2'),
      { ...disk('seed.iso'), device: 'cdrom' },
    ];
    await task({ name: NAME, disks });
    const absent = { name: NAME, state: 'absent', remove_storage: true };
    const planned = await runModule(hypervisor, 'libvirt_domain', absent, { check: true });
    expect(planned.actions).toEqual([`remove disk ${DIR}/own.qcow2`, `undefine domain ${NAME}`]);
    expect(JSON.stringify(planned.diff)).toContain(`remove disk ${DIR}/own.qcow2`);
    expect(JSON.stringify(planned.warnings)).toMatch(
      /shared.qcow2 .* another domain uses it.*base.qcow2 .* another domain uses it/,
    );
    await runThrice(hypervisor, 'libvirt_domain', absent);
    expect((await sh(`ls ${DIR}`)).split('\n')).toEqual([
      'base.qcow2',
      'overlay.qcow2',
      'seed.iso',
      'shared.qcow2',
    ]);
  });
});

describe("'remove_storage' of what is not a file", () => {
  const tree = `${DIR}/tree`;
  it.each([
    ['a directory', `mkdir -p ${tree}/deep; echo precious >${tree}/deep/file`],
    ['a link to a directory', `mkdir -p ${tree}.real/deep; ln -s ${tree}.real ${tree}`],
    ['a pipe', `mkfifo ${tree}`],
    ['a device', `cp -a /dev/null ${tree}`],
  ])('is an error that names it, and nothing is changed: %s', async (_, make) => {
    await sh(`virsh -q undefine ${NAME} 2>/dev/null; cd ${DIR}; rm -rf ${tree} ${tree}.real
      qemu-img create -q -f qcow2 own.qcow2 16M; ${make}`);
    // The task itself would not define it.
    const disk = (source: string) =>
      `<disk type='file' device='disk'><source file='${source}'/><target dev='${source === tree ? 'vdb' : 'vda'}'/></disk>`;
    const xml = `<domain type='qemu'><name>${NAME}</name><memory>65536</memory><os><type>hvm</type></os>
      <devices>${disk(`${DIR}/own.qcow2`)}${disk(tree)}</devices></domain>`;
    await hypervisor.exec(['sh', '-c', 'cat >/run/absent.xml; virsh -q define /run/absent.xml'], {
      input: xml,
    });
    const before = await sh(`virsh list --all --name; ls -lR ${DIR}`);
    for (const check of [true, false]) {
      const absent = { name: NAME, state: 'absent', remove_storage: true };
      const result = await runModule(hypervisor, 'libvirt_domain', absent, { check });
      expect(result).toMatchObject({ failed: true, changed: false });
      expect(result.msg).toMatch(new RegExp(`^option 'remove_storage': disk ${tree} of domain ${NAME} is `));
      expect(await sh(`virsh list --all --name; ls -lR ${DIR}`)).toBe(before);
    }
    await sh(`virsh -q undefine ${NAME}; rm -rf ${tree} ${tree}.real`);
  });
});

describe('a disk that another domain may need', () => {
  const other = `${NAME}-other`;
  // A definition names it in its own way, and libvirt doesn't look into it.
  const rows: [string, string, string][] = [
    ['by a link', 'ln -s own.qcow2 other.qcow2', 'another domain uses it'],
    [
      'by a link of a backing file',
      `ln -s own.qcow2 link; qemu-img create -q -f qcow2 -F qcow2 -b link other.qcow2`,
      'another domain uses it',
    ],
    [
      'by a backing file of unknown format',
      `qemu-img create -q -f qcow2 -F qcow2 -b base.qcow2 other.qcow2; python3 -c "d = open('other.qcow2', 'rb').read(); open('other.qcow2', 'wb').write(d.replace(bytes.fromhex('e2792aca'), bytes(4)))"`,
      `the files that domain ${other} needs are unknown: ${DIR}/other.qcow2 doesn't say which format its backing file ${DIR}/base.qcow2 has: record it (qemu-img rebase -u -F FORMAT -b 'base.qcow2' ${DIR}/other.qcow2)`,
    ],
    [
      'by an image with an invalid header',
      'truncate -s 16M other.qcow2',
      `the files that domain ${other} needs are unknown: ${DIR}/other.qcow2 is opened as qcow2, but has no header of that format`,
    ],
  ];
  it.each(rows)('is kept: %s', async (_, make, why) => {
    await sh(`cd ${DIR}; rm -f other.qcow2 own.qcow2 link; qemu-img create -q -f qcow2 own.qcow2 16M; ${make}
      virsh -q undefine ${other} 2>/dev/null || true`);
    await task({ name: other, disks: [disk('other.qcow2')] });
    await task({ name: NAME, disks: [disk('own.qcow2')] });
    const result = await runThrice(hypervisor, 'libvirt_domain', {
      ...{ name: NAME, state: 'absent', remove_storage: true },
    });
    expect(result.warnings).toEqual([`disk ${DIR}/own.qcow2 of domain ${NAME} is kept: ${why}`]);
    expect(await sh(`ls ${DIR}/own.qcow2`)).toContain('own');
  });
});

describe('state: paused', () => {
  it('starts a guest with its processors halted, halts one that runs, and resumes it', async () => {
    const state = () => sh(`virsh -q domstate ${NAME} | head -1`);
    const three = (args: object) => runThrice(hypervisor, 'libvirt_domain', { name: NAME, ...args });
    await three({ memory: '64 MiB', state: 'paused' });
    expect(await state()).toBe('paused');
    expect((await three({ state: 'running' })).actions).toEqual([`resume domain ${NAME}`]);
    expect(await state()).toBe('running');
    expect((await three({ state: 'paused' })).actions).toEqual([`pause domain ${NAME}`]);
    expect(await state()).toBe('paused');
    await three({ state: 'stopped', shutdown_timeout: 1, force_off: true });
    expect(await state()).toBe('shut off');
  });
});
