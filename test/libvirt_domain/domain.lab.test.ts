import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

let hypervisor: Hypervisor;
const NAME = 'domain-test';
const DISK = '/var/lib/libvirt/images/domain-test.qcow2';

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const virsh = (command: string) => sh(`virsh -q ${command}`);
const domain = (args: object, mode = {}) =>
  runModule(hypervisor, 'libvirt_domain', { name: NAME, ...args }, mode);

const base = {
  memory: 131072,
  disks: [{ source: DISK }],
  interfaces: [{ source: 'br-dom', target: 'dom-eth0', vlans: [25], default_mac: '52:54:00:00:00:01' }],
};

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`qemu-img create -q -f qcow2 ${DISK} 64M`);
  await sh('ovs-vsctl --may-exist add-br br-dom -- set bridge br-dom datapath_type=netdev');
});

afterAll(async () => {
  await hypervisor.exec(['virsh', 'destroy', NAME], { check: false });
  await hypervisor.exec(['virsh', 'undefine', NAME], { check: false });
  await sh(`rm -f ${DISK}; ovs-vsctl --if-exists del-br br-dom`);
});

const thrice = (args: object) => runThrice(hypervisor, 'libvirt_domain', { name: NAME, ...args });

describe('libvirt_domain against libvirt', () => {
  it('defines a domain, once', async () => {
    const done = await thrice(base);
    expect(done.actions).toEqual([`define domain ${NAME}`]);
    expect(await virsh(`domiflist ${NAME}`)).toContain('52:54:00:00:00:01');
    expect(await virsh(`domstate ${NAME}`)).toBe('shut off');
  });

  it('redefines it and keeps UUID, MAC and addresses', async () => {
    const addresses = async () =>
      (await virsh(`dumpxml --inactive ${NAME}`)).match(/<(address|uuid|mac) .*>/g)?.sort();
    const before = await addresses();
    const done = await thrice({ ...base, memory: '160 MiB' });
    expect(done.actions).toEqual([`redefine domain ${NAME}`]);
    expect(await virsh(`dumpxml --inactive ${NAME}`)).toContain("<memory unit='KiB'>163840</memory>");
    expect(await addresses()).toEqual(before);
  });

  it('puts a NIC in front of the others without moving them', async () => {
    const front = { source: 'br-dom', target: 'dom-eth9', default_mac: '52:54:00:00:00:09' };
    const addressOf = async (mac: string) =>
      new RegExp(`${mac}[\\s\\S]*?(<address type='pci'.*>)`).exec(
        await virsh(`dumpxml --inactive ${NAME}`),
      )?.[1];
    const before = await addressOf('52:54:00:00:00:01');
    expect(before).toBeDefined();
    await thrice({ ...base, memory: '160 MiB', interfaces: [front, ...base.interfaces] });
    expect(await addressOf('52:54:00:00:00:01')).toBe(before);
    expect(await addressOf('52:54:00:00:00:09')).toBeDefined();
  });

  it('removes what the task no longer lists', async () => {
    await thrice({ ...base, memory: '160 MiB' });
    expect(await virsh(`domiflist ${NAME}`)).not.toContain('52:54:00:00:00:09');
  });

  it('starts it, with its port in the VLAN, and reports what takes effect at the next start', async () => {
    await thrice({ state: 'running', autostart: true });
    expect(await virsh(`domstate ${NAME}`)).toBe('running');
    expect(await sh('ovs-vsctl get port dom-eth0 tag')).toBe('25');
    const done = await thrice({ ...base, memory: '192 MiB' });
    expect(done.restart_required).toBe(true);
    expect(await virsh(`domstate ${NAME}`)).toBe('running');
  });

  it('does not stop a guest by force unless it is asked to', async () => {
    // There is nothing on the disk that could answer the request.
    const refused = await domain({ state: 'stopped', shutdown_timeout: 2 });
    expect(refused).toMatchObject({ failed: true, changed: false });
    expect(refused.msg).toContain("'force_off: true'");
    expect(await virsh(`domstate ${NAME}`)).toBe('running');
    await domain({ state: 'stopped', shutdown_timeout: 1, force_off: true });
    expect(await virsh(`domstate ${NAME}`)).toBe('shut off');
  });

  it('accepts the XML that libvirt prints, and changes nothing', async () => {
    const xml = await virsh(`dumpxml --inactive ${NAME}`);
    expectUnchanged(await domain({ xml }));
  });

  it('undefines it, and keeps its disk', async () => {
    await thrice({ state: 'absent' });
    expect(await virsh('list --all --name')).not.toContain(NAME);
    expect(await sh(`ls ${DISK}`)).toBe(DISK);
  });
});

describe('what is refused', () => {
  const rows: [string, object, string][] = [
    [
      'XML that is not well-formed',
      { xml: '<domain>\n  <name>x</nam>\n</domain>' },
      "option 'xml': line 2, column 15: unexpected close tag",
    ],
    ['a name with a slash', { name: 'a/b', memory: 1 }, 'must be a name without a slash'],
    ['another name in the XML', { xml: '<domain><name>other</name></domain>' }, "the XML names 'other'"],
    ['an unknown domain, without a definition', { state: 'running' }, `domain ${NAME} not found`],
    [
      'a disk by a relative path',
      { memory: 1024, disks: [{ source: 'x' }] },
      "option 'disks[0].source': 'x' must be an absolute path",
    ],
    ['what libvirt refuses', { memory: 131072, machine: 'nonsense' }, `libvirt refuses domain ${NAME}: `],
    [
      'an unknown connection',
      { memory: 131072, uri: 'qemu+unix:///system?socket=/nowhere' },
      "libvirt doesn't answer at",
    ],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await domain(args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(message);
    expect(await virsh('list --all --name')).not.toContain(NAME);
  });
});
