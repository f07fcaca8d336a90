import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  childOf,
  childrenOf,
  type Element,
  valueAt,
  withChildren,
  withoutChildren,
} from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../modules/lib/xml/serialise.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { blogXml } from './blog.ts';

// Every option is defined for real, and what needs no special hardware is started, its processors halted: then QEMU
// has taken it too.

let hypervisor: Hypervisor;
const DIRECTORY = '/var/lib/libvirt/images/desired';
const PREFIX = 'desired-';

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const virsh = (command: string) => sh(`virsh -q ${command}`);

/** The beginning of a bzImage: enough for QEMU to load it for a guest that doesn't run. */
function kernelImage(): string {
  const image = Buffer.alloc(16_384);
  image.writeUInt8(4, 0x1f1);
  image.writeUInt16LE(0xaa55, 0x1fe);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x0206, 0x206);
  image.writeUInt8(1, 0x211);
  image.writeUInt32LE(0x37ffffff, 0x22c);
  return image.toString('base64');
}

const SETUP = `
mkdir -p ${DIRECTORY} && cd ${DIRECTORY}
for name in a b c d; do qemu-img create -q -f qcow2 $name.qcow2 64M; done
truncate -s 1M x.iso; truncate -s 1440K x.img; truncate -s 8M x.raw; truncate -s 8M nbd.raw
echo ${kernelImage()} | base64 -d > kernel; truncate -s 64K initrd
qemu-nbd --fork --persistent --shared 9 --format raw --port 10888 --bind 127.0.0.1 --pid-file nbd.pid nbd.raw
ip link add desired-br type bridge && ip link set desired-br up
# SPICE listens on no address where the host has none.
ip address add 192.0.2.1/24 dev desired-br
ovs-vsctl --may-exist add-br desired-ovs -- set bridge desired-ovs datapath_type=netdev
cat > net.xml <<END
<network><name>desired</name><forward mode='bridge'/><bridge name='desired-br'/></network>
END
virsh -q net-define net.xml && virsh -q net-start desired
`;

const CLEANUP = `
for name in $(virsh -q list --all --name | grep '^${PREFIX}'); do
  virsh destroy $name; virsh undefine --nvram $name
done
virsh net-destroy desired; virsh net-undefine desired
ip link del desired-br; ovs-vsctl --if-exists del-br desired-ovs
kill $(cat ${DIRECTORY}/nbd.pid); rm -rf ${DIRECTORY}
true
`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(CLEANUP);
  await sh(SETUP);
});

afterAll(() => sh(CLEANUP));

const at = (file: string) => `${DIRECTORY}/${file}`;
const nbd = { protocol: 'nbd', hosts: [{ name: '127.0.0.1', port: 10888 }] };
const secret_uuid = '2a5b08e4-3dca-4ff9-9a1d-40389758d081';

/** Domains that together have every option, by name. */
const STARTED: Record<string, Record<string, unknown>> = {
  machine: {
    title: 'Two lines & more',
    description: 'one\ntwo',
    memory: '128 MiB',
    current_memory: '64 MiB',
    vcpus: 1,
    vcpus_max: 4,
    machine: 'pc',
    cpu_mode: 'custom',
    cpu_model: 'qemu64',
    cpu_features: [{ name: 'aes' }, { name: 'svm', policy: 'disable' }],
    features: ['acpi', 'apic', 'pae'],
    firmware: 'bios',
    boot: ['cdrom', 'hd'],
    disks: [{ device: 'cdrom', bus: 'ide' }],
  },
  kernel: { kernel: at('kernel'), initrd: at('initrd'), cmdline: 'root=/dev/vda console=ttyS0' },
  disks: {
    disks: [
      {
        source: at('a.qcow2'),
        cache: 'writeback',
        io: 'threads',
        discard: 'unmap',
        serial: 'S1',
        boot_order: 2,
        iotune: { total_bytes_sec: 1_000_000, read_iops_sec: 100, read_iops_sec_max: 200 },
      },
      { source: at('x.raw'), format: 'raw', type: 'file', bus: 'scsi', shareable: true },
      { source: at('b.qcow2'), bus: 'sata', readonly: false },
      { source: at('x.iso'), device: 'cdrom' },
      { device: 'cdrom', bus: 'sata' },
      { source: at('x.img'), device: 'floppy' },
      { ...nbd, target: 'vdk' },
      { ...nbd, bus: 'scsi', readonly: true },
      { source: at('c.qcow2'), bus: 'usb' },
    ],
    interfaces: [{ source: 'desired-ovs', boot_order: 1 }],
  },
  interfaces: {
    interfaces: [
      { source: 'desired-ovs', target: 'des-eth0', vlans: [25], mtu: 1400, link: 'down' },
      {
        source: 'desired-ovs',
        target: 'des-eth1',
        vlans: [25, 26],
        native_vlan: 1,
        queues: 2,
        bandwidth: { inbound: { average: 1000, peak: 2000, burst: 512 }, outbound: { average: 500 } },
      },
      {
        type: 'bridge',
        source: 'desired-br',
        mac: '52:54:00:00:de:01',
        checksum_offload: false,
        model: 'e1000e',
      },
      { type: 'network', source: 'desired', model: 'e1000' },
    ],
  },
  screen: {
    firmware: 'efi',
    secure_boot: true,
    memory: '256 MiB',
    graphics: [
      { type: 'vnc', listen: '127.0.0.1', password: 'geheim12' },
      { type: 'spice', port: 5999 },
    ],
    video: 'vga',
    tpm: {},
    console: true,
    guest_agent: true,
    rng: true,
    rng_source: '/dev/random',
    extra_xml: "<domain><devices><watchdog model='ib700' action='none'/></devices></domain>",
  },
  bare: { console: false, guest_agent: false, rng: false, features: [], machine: 'q35', hotplug_slots: 0 },
};

const DEFINED: Record<string, Record<string, unknown>> = {
  remote: {
    disks: [
      { source: '/dev/vg0/x', cache: 'none', io: 'native' },
      {
        protocol: 'rbd',
        source: 'pool/x',
        hosts: [{ name: 'c1', port: 6789 }, { name: 'c2' }],
        auth: { username: 'u', secret_uuid },
      },
      {
        protocol: 'iscsi',
        source: 'iqn.2013-07.com.example:x/2',
        hosts: [{ name: 'c1' }],
        auth: { username: 'u', secret_uuid },
      },
      ...['http', 'https', 'ftp', 'ftps', 'gluster'].map((protocol) => ({
        protocol,
        source: 'volume/x.iso',
        hosts: [{ name: 'c1' }],
        device: 'cdrom',
      })),
    ],
    interfaces: [
      { type: 'macvtap', source: 'host0' },
      { type: 'macvtap', source: 'host0', mode: 'vepa' },
      {
        type: 'bridge',
        source: 'desired-br',
        filter: 'clean-traffic',
        bandwidth: { inbound: { average: 1000 } },
      },
    ],
    tpm: { model: 'tpm-tis', version: 1.2 },
    cpu_mode: 'host-model',
  },
};

const define = (name: string, options: Record<string, unknown>) =>
  runModule(hypervisor, 'libvirt_domain', {
    name: PREFIX + name,
    memory: '64 MiB',
    virt_type: 'qemu',
    ...options,
  });

describe('a domain from options', () => {
  const all = { ...STARTED, ...DEFINED };
  it.each(Object.keys(all))('%s: is defined, once', async (name) => {
    const options = all[name] ?? {};
    expect(await define(name, options)).toMatchObject({ changed: true });
    expectUnchanged(await define(name, options));
  });

  it.each(Object.keys(STARTED))('%s: QEMU takes it', async (name) => {
    await virsh(`start --paused ${PREFIX}${name}`);
    expect(await virsh(`domstate ${PREFIX}${name}`)).toBe('paused');
  });
});

/** The root ports of a definition that nothing is on. */
async function freePorts(name: string): Promise<number> {
  const devices = childOf(parseXml(await virsh(`dumpxml --inactive ${PREFIX}${name}`)), 'devices');
  const buses = devices?.children.map((device) => Number(valueAt(device, 'address/@bus') ?? -1));
  const ports = childrenOf(devices, 'controller').filter(
    ({ attributes: { model } }) => model === 'pcie-root-port',
  );
  return ports.filter(({ attributes: { index } }) => !buses?.includes(Number(index))).length;
}

describe('hotplug_slots', () => {
  const nics = (count: number, model = 'virtio') =>
    Array.from({ length: count }, () => ({ source: 'desired-ovs', model }));
  const extra = (device: string) => ({ extra_xml: `<domain><devices>${device}</devices></domain>` });
  const rows: [string, Record<string, unknown>][] = [
    ['nothing more', {}],
    ['a disk, a CD and a NIC', STARTED.disks ?? {}],
    ['NICs of every kind', STARTED.interfaces ?? {}],
    ['a screen', STARTED.screen ?? {}],
    ['as little as can be', { console: false, guest_agent: false, rng: false }],
    ['many NICs', { interfaces: nics(20) }],
    ['several that share a bridge', { interfaces: nics(3, 'rtl8139') }],
    ['no balloon', extra("<memballoon model='none'/>")],
    ['no USB', extra("<controller type='usb' model='none'/>")],
    ['another USB controller', extra("<controller type='usb' model='ich9-ehci1'/>")],
    ['the same USB controller', extra("<controller type='usb' model='qemu-xhci'/>")],
    ['a sound card', extra("<sound model='ich9'/>")],
    ['a conventional sound card', extra("<sound model='ac97'/>")],
    ['virtio input', extra("<input type='keyboard' bus='virtio'/>")],
    [
      'a virtio console',
      {
        guest_agent: false,
        ...extra("<console type='pty'><target type='virtio'/></console>"),
      },
    ],
    ['a virtio screen', { graphics: [{}], video: 'virtio' }],
    ['two screens', extra("<video><model type='vga'/></video><video><model type='virtio'/></video>")],
    ['vsock', extra("<vsock model='virtio'><cid auto='yes'/></vsock>")],
    [
      'a directory of the host',
      extra(`<filesystem type='mount'><source dir='${DIRECTORY}'/><target dir='t'/></filesystem>`),
    ],
    ['a SCSI controller more', extra("<controller type='scsi' index='1' model='virtio-scsi'/>")],
    ['UEFI', { firmware: 'efi' }],
  ];
  it.each(rows)('is exactly the room that is left: %s', async (what, options) => {
    const name = `room-${rows.findIndex(([one]) => one === what)}`;
    await define(name, { ...options, hotplug_slots: 5 });
    expect(await freePorts(name)).toBe(5);
  });

  it('is room for 8 devices of a running guest by default, and for no ninth', async () => {
    await define('room', { disks: [{ source: at('d.qcow2') }] });
    await virsh(`start --paused ${PREFIX}room`);
    const plug = (i: number) =>
      i % 2
        ? `attach-interface --live ${PREFIX}room bridge desired-br --model virtio`
        : `attach-disk --live ${PREFIX}room ${at(`plug${i}`)} vd${'abcdefghij'[i]} --targetbus virtio`;
    await sh(`truncate -s 1M ${[2, 4, 6, 8].map((i) => at(`plug${i}`)).join(' ')}`);
    for (let i = 1; i <= 8; i++) await virsh(plug(i));
    await expect(virsh(plug(9))).rejects.toThrow('No more available PCI slots');
  });
});

/** A definition without what tells one domain from another. */
function likeness(xml: string): string {
  const strip = (element: Element): Element =>
    withChildren(
      element,
      element.children
        .filter(({ name }) => !['uuid', 'mac', 'metadata', 'parameters'].includes(name))
        .map(strip),
    );
  return serialiseXml(withoutChildren(strip(parseXml(xml)), 'name'));
}

const BLOG_OPTIONS = {
  title: 'As in the blog',
  memory: 512024,
  vcpus: 1,
  machine: 'pc',
  features: ['acpi', 'apic', 'pae'],
  boot: ['hd'],
  disks: [
    { source: '/var/lib/libvirt/images/test/template-debian-9.qcow2', target: 'vda' },
    {
      source: '/var/lib/libvirt/images/test/cloud-init_ci.iso',
      device: 'cdrom',
      bus: 'ide',
      target: 'hdc',
    },
  ],
  interfaces: [
    { source: 'ovs-wan1', target: 'veth-test', vlans: [25] },
    { source: 'ovs-wan2', target: 'veth-test', vlans: [25, 26] },
  ],
  console: true,
  console_log: false,
  guest_agent: false,
  rng: false,
  graphics: [{ password: 'geheim' }],
  extra_xml: "<domain><devices><input type='tablet' bus='usb'/></devices></domain>",
  hotplug_slots: 0,
};

// What virt-install makes of the command at the end of the older post: direct kernel boot, a raw disk without cache.
const kernelXml = (name: string) => `<domain type='qemu'><name>${name}</name>
  <memory unit='MiB'>512</memory>
  <vcpu>1</vcpu>
  <os>
    <type machine='q35'>hvm</type>
    <kernel>/var/lib/libvirt/kernels/vmlinuz-2.6.32-5-amd64</kernel>
    <initrd>/var/lib/libvirt/kernels/initrd.img-2.6.32-5-amd64</initrd>
    <cmdline>root=/dev/vda console=ttyS0 _device=eth0</cmdline>
  </os>
  <features><acpi/><apic/></features>
  <cpu mode='maximum'/>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw' cache='none'/>
      <source file='/var/lib/libvirt/images/buildserver-disk0'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>
    <console type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <graphics type='vnc' port='-1'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices></domain>`;

const KERNEL_OPTIONS = {
  memory: '512 MiB',
  vcpus: 1,
  cpu_mode: 'maximum',
  kernel: '/var/lib/libvirt/kernels/vmlinuz-2.6.32-5-amd64',
  initrd: '/var/lib/libvirt/kernels/initrd.img-2.6.32-5-amd64',
  cmdline: 'root=/dev/vda console=ttyS0 _device=eth0',
  disks: [{ source: '/var/lib/libvirt/images/buildserver-disk0', format: 'raw', cache: 'none' }],
  interfaces: [{ type: 'bridge', source: 'br0' }],
  graphics: [{}],
  console_log: false,
  hotplug_slots: 0,
};

describe.each([
  ['blog', blogXml, BLOG_OPTIONS],
  ['buildserver', kernelXml, KERNEL_OPTIONS],
])('the same machine by XML and from options: %s', (name, xmlOf, options) => {
  const dump = (one: string) => virsh(`dumpxml --inactive --security-info ${PREFIX}${one}`);
  const byXml = () => runModule(hypervisor, 'libvirt_domain', { xml: xmlOf(PREFIX + name) });

  it('has one definition', async () => {
    await byXml();
    await define(`${name}-2`, options);
    expect(likeness(await dump(`${name}-2`))).toBe(likeness(await dump(name)));
  });

  it('is not changed by going from one to the other', async () => {
    const [first, second] = [await dump(name), await dump(`${name}-2`)];
    expectUnchanged(await define(name, options));
    expectUnchanged(await byXml());
    const other = await runModule(hypervisor, 'libvirt_domain', { xml: xmlOf(`${PREFIX}${name}-2`) });
    expectUnchanged(other);
    expectUnchanged(await define(`${name}-2`, options));
    expect([await dump(name), await dump(`${name}-2`)]).toEqual([first, second]);
  });
});
