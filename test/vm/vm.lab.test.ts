import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/vm-test';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

const common = {
  directory: HOME,
  image_directory: `${HOME}-images`,
  hypervisor: 'hv1',
  checksum_offload: false,
};
const WEB = {
  name: 'vmt-web',
  memory: '32 MiB',
  archive_name: 'tiny.qcow2',
  virt_type: 'qemu',
  ovs: [{ name: 'vmt', vlans: [10] }],
  interfaces: [{ name: 'eth0', address: '10.20.0.5/24', gateway: '10.20.0.1', comment: 'the LAN' }],
  shutdown_timeout: 1,
  force_off: true,
};
const vm = (args: object, mode = {}) => runModule(hypervisor, 'vm', { ...common, ...args }, mode);
const thrice = (args: object) => runThrice(hypervisor, 'vm', { ...common, ...args });

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(
    `mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/tiny.qcow2 8M
     ovs-vsctl --may-exist add-br vmt -- set bridge vmt datapath_type=netdev`,
  );
});
afterEach(() =>
  sh(
    `for d in $(virsh list --all --name | grep vmt); do virsh destroy $d; virsh undefine $d; done 2>/dev/null; rm -rf ${HOME}`,
  ),
);
afterAll(() => hypervisor?.exec(['sh', '-c', `rm -rf ${HOME}*; ovs-vsctl --if-exists del-br vmt`]));

describe('a VM', () => {
  it('is made of its disk, its seed and its domain, once', async () => {
    const made = await thrice(WEB);
    expect(made).toMatchObject({
      changed: true,
      name: 'vmt-web',
      state: 'running',
      disk: { path: `${HOME}/vmt-web/disk.qcow2`, size: 8 * 1024 ** 2 },
      seed: { path: `${HOME}/vmt-web/cloud-init_ci.iso` },
      actions: [
        `make disk ${HOME}/vmt-web/disk.qcow2`,
        `write seed ${HOME}/vmt-web/cloud-init_ci.iso`,
        'define domain vmt-web',
        'set autostart of domain vmt-web',
        'start domain vmt-web',
      ],
      restart_required: false,
    });
    const [nic] = made.interfaces as { mac: string; target: string }[];
    expect(nic).toMatchObject({ name: 'eth0', addresses: ['10.20.0.5/24'] });
    expect(await sh(`virsh domiflist vmt-web | grep ${nic?.target}`)).toContain(nic?.mac);
    expect(await sh(`ovs-vsctl get port ${nic?.target} tag`)).toBe('10');
    const network = await sh(`isoinfo -i ${HOME}/vmt-web/cloud-init_ci.iso -J -x /network-config`);
    expect(network).toBe(
      [
        'version: 1',
        'config:',
        '  # the LAN',
        '  - type: physical',
        '    name: "eth0"',
        `    mac_address: "${nic?.mac}"`,
        '    subnets:',
        '      - type: static',
        '        address: "10.20.0.5/24"',
        '        gateway: "10.20.0.1"',
      ].join('\n'),
    );
    expect(await sh(`stat -c '%U %a' ${HOME}/vmt-web/cloud-init_ci.iso`)).toBe('libvirt-qemu 600');
  });

  it('keeps the MAC address that its domain has, whatever its hypervisor is called', async () => {
    const [before] = (await vm(WEB)).interfaces as { mac: string }[];
    expect(await vm({ ...WEB, hypervisor: 'hv9' })).toMatchObject({ changed: false, interfaces: [before] });
  });

  it('is only defined, or only started, with `steps`', async () => {
    expect(await vm({ ...WEB, steps: 'start' })).toMatchObject({ failed: true, msg: /no domain vmt-web/ });
    await thrice({ ...WEB, steps: 'define' });
    expect(await sh('virsh domstate vmt-web')).toBe('shut off');
    expect(await thrice({ ...WEB, steps: 'start' })).toMatchObject({ actions: ['start domain vmt-web'] });
    expect(await vm({ ...WEB, steps: 'define' })).toMatchObject({ changed: false, state: 'running' });
    expect(await vm({ vms: [{ ...WEB, state: 'stopped' }], steps: 'start' })).toMatchObject({
      changed: false,
      results: [],
    });
    expect(await sh('virsh domstate vmt-web')).toBe('running');
  });

  it('is planned before its image exists', async () => {
    const args = { ...WEB, archive_name: 'later.qcow2' };
    const missing = `${HOME}-images/later.qcow2 doesn't exist: ${HOME}/vmt-web/disk.qcow2 is made from it`;
    expect(await vm(args, { check: true })).toMatchObject({ changed: true, warnings: [missing] });
    expect(await vm(args)).toMatchObject({ changed: false, failed: true, msg: missing });
    expect(await sh(`virsh list --all --name | grep vmt; ls -d ${HOME}* `)).toBe(`${HOME}-images`);
  });

  it('can not boot by the kernel of an image that has none', async () => {
    const args = { ...WEB, kernel: 'template' };
    const missing = "option 'kernel': the image tiny.qcow2 has none: give it 'kernel: true' in 'images'";
    expect(await vm(args, { check: true })).toMatchObject({ changed: true, warnings: [missing] });
    expect(await vm(args)).toMatchObject({ changed: false, failed: true, msg: missing });
    expect(await sh(`virsh list --all --name | grep vmt; ls -d ${HOME}* `)).toBe(`${HOME}-images`);
  });

  it('needs its archive uploaded, whatever is on the host', async () => {
    await sh(`mkdir -p ${HOME}; echo stale >${HOME}/old.tar.gz`);
    const args = { ...WEB, archive_name: 'old', archives: ['old'] };
    expect(await vm(args, { check: true })).toMatchObject({ changed: true });
    expect((await vm(args)).msg).toContain(`${HOME}/old.tar.gz was not uploaded from the controller`);
    expect(await vm({ ...args, _ansible_piecewise_follow: true })).toEqual({
      changed: false,
      piecewise_uploads: { old: `${HOME}/old.tar.gz` },
    });
    await sh(`tar -C ${HOME}-images -czf ${HOME}/old.tar.gz tiny.qcow2`);
    expect(await vm({ ...args, uploaded: ['old'], state: 'present' })).toMatchObject({ changed: true });
    expect(await vm(args, { check: true })).toMatchObject({
      changed: true,
      actions: ['start domain vmt-web'],
    });
  });
});

describe('a VM with state: absent', () => {
  it('keeps its disk, unless the task says otherwise', async () => {
    await vm(WEB);
    expect(
      await thrice({ name: 'vmt-web', state: 'absent', shutdown_timeout: 1, force_off: true }),
    ).toMatchObject({
      state: 'absent',
      actions: [
        'shut down domain vmt-web',
        'undefine domain vmt-web',
        `remove seed ${HOME}/vmt-web/cloud-init_ci.iso`,
      ],
    });
    expect(await sh(`ls ${HOME}/vmt-web`)).toBe('disk.qcow2');
    await thrice({ name: 'vmt-web', state: 'absent', remove_storage: true });
    expect(await sh(`ls -A ${HOME}`)).toBe('');
  });

  it('is removed with its disks and its directory, and files of others are kept with a warning', async () => {
    await sh(
      `mkdir -p ${HOME}/vmt-web; qemu-img create -q -f qcow2 ${HOME}/vmt-web/data.qcow2 1M; echo x >${HOME}/vmt-web/notes`,
    );
    const args = { ...WEB, domain: { disks: [{ source: `${HOME}/vmt-web/data.qcow2` }] } };
    await vm(args);
    expect(await thrice({ ...args, state: 'absent', remove_storage: true })).toMatchObject({
      warnings: [`directory ${HOME}/vmt-web is kept, since it has other files: notes`],
    });
    expect(await sh(`ls ${HOME}/vmt-web`)).toBe('notes');
    await sh(`rm ${HOME}/vmt-web/notes`);
    expect(await thrice({ ...args, state: 'absent', remove_storage: true })).toMatchObject({
      actions: [`remove directory ${HOME}/vmt-web`],
    });
  });

  it('keeps a disk that another guest uses', async () => {
    await vm({ ...WEB, state: 'present' });
    const other = { ...WEB, name: 'vmt-two', ovs: [], interfaces: [], state: 'present' };
    await vm({ ...other, domain: { disks: [{ source: `${HOME}/vmt-web/disk.qcow2` }] } });
    const result = await vm({ name: 'vmt-web', state: 'absent', remove_storage: true });
    expect(result).toMatchObject({
      failed: true,
      changed: false,
      msg: `${HOME}/vmt-web/disk.qcow2 can't be removed: it is a disk of the guest 'vmt-two'`,
    });
    expect(await sh(`ls ${HOME}/vmt-web; virsh list --all --name`)).toMatch(/disk.qcow2[\s\S]*vmt-web/);
  });
});

describe('several VMs', () => {
  it('are removed together', async () => {
    const names = ['vmt-one', 'vmt-two'];
    const of = (more: object) => ({
      vms: names.map((name) => ({ name, ...more })),
      defaults: { archive_name: 'tiny.qcow2', memory: '32 MiB', virt_type: 'qemu', backing: 'overlay' },
    });
    expect(await vm(of({ state: 'present' }))).toMatchObject({ changed: true });
    const removed = await vm(of({ state: 'absent', remove_storage: true }));
    expect(removed.msg).toBeUndefined();
    expect(removed).not.toHaveProperty('warnings');
    expect(await sh(`ls -A ${HOME}; virsh list --all --name | grep vmt || true`)).toBe('');
  });

  it('are made together, and an invalid one does not prevent the others', async () => {
    const vms = [
      { ...WEB, name: 'vmt-one', interfaces: [{ name: 'eth0', address: '10.20.0.6/24' }] },
      {
        ...WEB,
        name: 'vmt-bad',
        interfaces: [{ name: 'eth0', address: '10.20.0.7/24', gateway: '10.9.0.1' }],
      },
      { ...WEB, name: 'vmt-two', interfaces: [{ name: 'eth0', mode: 'dhcp' }] },
    ].map(({ archive_name: _, memory: __, ...rest }) => rest);
    const defaults = { archive_name: 'tiny.qcow2', memory: '32 MiB', state: 'present' };
    const done = await vm({ vms, defaults });
    expect(done).toMatchObject({ failed: true, changed: true });
    expect(done.msg).toContain(
      "option 'vms[1].interfaces[0].gateway': 10.9.0.1 is not in the network of 10.20.0.7/24",
    );
    expect(await sh('virsh list --all --name | grep vmt | sort')).toBe('vmt-one\nvmt-two');
    const again = await vm({ vms: [vms[0], vms[2]], defaults });
    expect(again).toMatchObject({ changed: false });
    expect((await vm({ vms, defaults, only: 'vmt-two' })).results).toHaveLength(1);
  });
});
