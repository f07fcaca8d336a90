import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

const NAME = 'xml-test';
let hypervisor: Hypervisor;

// A domain as the blog's template makes it: a CD on IDE with its address, and two NICs of one target.
const BLOG = `<?xml version='1.0'?>
<domain type='qemu'>
  <name>${NAME}</name>
  <title>As in the blog</title>
  <memory>512024</memory>
  <vcpu>1</vcpu>
  <os><type machine='pc'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/><pae/></features>
  <on_poweroff>destroy</on_poweroff>
  <devices>
    <disk type='file' device='cdrom'>
      <driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/images/test/cloud-init_ci.iso'/>
      <target dev='hdc' bus='ide'/>
      <readonly/>
      <address type='drive' controller='0' bus='1' target='0' unit='0'/>
    </disk>
    <interface type='bridge'>
      <virtualport type='openvswitch'></virtualport>
      <model type='virtio'/>
      <target dev='veth-test'/>
      <source bridge='ovs-wan1'/>
      <vlan><tag id='25'/></vlan>
    </interface>
    <interface type='bridge'>
      <virtualport type='openvswitch'></virtualport>
      <model type='virtio'/>
      <target dev='veth-test'/>
      <source bridge='ovs-wan2'/>
    </interface>
    <serial type='pty'/>
    <graphics type='vnc' port='-1' autoport='yes' passwd='geheim'/>
    <input type='tablet' bus='usb'/>
  </devices>
</domain>`;

const task = (xml: string, mode = {}) => runModule(hypervisor, 'libvirt_domain', { xml }, mode);
const dump = async () =>
  (await hypervisor.exec(['virsh', 'dumpxml', '--inactive', '--security-info', NAME])).stdout.split('\n');

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

afterAll(() => hypervisor.exec(['virsh', 'undefine', NAME], { check: false }));

describe("the blog's XML", () => {
  it('is defined once', async () => {
    expect(await task(BLOG)).toMatchObject({ changed: true, actions: [`define domain ${NAME}`] });
    expect(await task(BLOG)).toMatchObject({ changed: false, diff: [] });
  });

  it('is redefined by exactly what changes, and shows no password', async () => {
    const before = await dump();
    const edited = BLOG.replace("id='25'", "id='26'").replace('512024', '600000');
    const planned = await task(edited, { check: true });
    const done = await task(edited);
    expect(planned).toEqual(done);
    expect(JSON.stringify(done)).not.toContain('geheim');
    const after = (await dump()).filter((line) => !line.includes('piecewise:applied'));
    expect(after.filter((line) => !before.includes(line)).map((line) => line.trim())).toEqual([
      "<memory unit='KiB'>600000</memory>",
      "<currentMemory unit='KiB'>600000</currentMemory>",
      "<tag id='26'/>",
    ]);
    expect(after.length).toBe(before.filter((line) => !line.includes('piecewise:applied')).length);
    expect(await task(edited)).toMatchObject({ changed: false });
  });
});
