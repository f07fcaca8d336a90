import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { valueAt } from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { publicKey } from '../lab/key.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { guestImage } from '../support/guest-image.ts';
import { runModule, runThrice } from '../support/module.ts';

// One guest that runs on and on while tasks change it. The tests build on each other, in this order.
const NAME = 'live-guest';
const GUEST = '192.168.77.2';
const DIR = '/var/lib/libvirt/images/live-guest';
const FIRST_NIC = '52:54:00:77:00:01';
const NIC = '52:54:00:77:00:02';

let hypervisor: Hypervisor;
/** QEMU's process: the same throughout, until a task restarts the guest. */
let pid: string;
/** The domain as its user has it: what the next task states. */
let text: string;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const virsh = (command: string) => sh(`virsh -q ${command}`);
const inGuest = async (command: string) => (await onGuest(hypervisor, GUEST, command)).stdout;
const monitor = (command: string) => virsh(`qemu-monitor-command ${NAME} --hmp '${command}'`);
const qemu = () => sh(`cat /run/libvirt/qemu/${NAME}.pid`);

const disk = (name: string, target: string, bus: string, more = '') => `
  <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${DIR}/${name}.qcow2'/>
    <target dev='${target}' bus='${bus}'/>${more}</disk>`;
const medium = (name: string) => `<source file='${DIR}/${name}.iso'/>`;
const cd = (source: string) => `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>${source}
  <target dev='sdb' bus='scsi'/><readonly/></disk>`;
const nic = (mac: string, bridge: string, more = '') => `
  <interface type='bridge'><mac address='${mac}'/><source bridge='${bridge}'/>
    <virtualport type='openvswitch'/><model type='virtio'/><driver><host csum='off' gso='off' tso4='off' tso6='off' ecn='off' ufo='off'/></driver>${more}</interface>`;

const definition = (image: string) => `
  <domain type='qemu'>
    <name>${NAME}</name><memory unit='MiB'>512</memory>
    <maxMemory slots='4' unit='MiB'>2048</maxMemory>
    <vcpu current='1'>3</vcpu>
    <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/><apic/><tcg><tb-cache unit='MiB'>2047</tb-cache></tcg></features>
    <cpu mode='custom' match='exact'><model>qemu64</model><numa><cell id='0' cpus='0-2' memory='512' unit='MiB'/></numa></cpu>
    <devices>
      <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${image}'/><target dev='vda' bus='virtio'/></disk>
      <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${DIR}/seed.iso'/><target dev='sda' bus='scsi'/><readonly/></disk>
      ${cd('')}
      <controller type='pci' index='0' model='pcie-root'/>${"<controller type='pci' model='pcie-root-port'/>".repeat(12)}
      <controller type='scsi' index='0' model='virtio-scsi'/><controller type='virtio-serial' index='0'/>
      ${nic(FIRST_NIC, 'br-live-1')}
      <serial type='pty'/><graphics type='vnc' port='-1' passwd='first' listen='127.0.0.1'/>
      <video><model type='vga'/></video>
    </devices>
  </domain>`;

const task = (more = {}) => ({ xml: text, state: 'running', detach_timeout: 30, ...more });

function rewrite(edit: (xml: string) => string): void {
  const before = text;
  text = edit(before);
  expect(text).not.toBe(before);
}

/** Runs the task as it is now: in check mode, for real, and again, when it finds nothing left to do. */
async function perform(more = {}) {
  const { changed, failed, msg, actions, restart_required, restart_reasons, diff } = await runThrice(
    hypervisor,
    'libvirt_domain',
    task(more),
  );
  expect(failed, msg).toBeFalsy();
  return { changed, actions: actions as string[], restart_required, restart_reasons, diff };
}

/** The user changes the text and runs the task, which brings the running guest to it. @returns what was done to it */
async function bring(edit: (xml: string) => string): Promise<string[]> {
  rewrite(edit);
  const { actions, ...done } = await perform();
  expect(done).toMatchObject({ changed: true, restart_required: false, restart_reasons: [] });
  const [first, ...rest] = actions;
  expect(first).toBe(`redefine domain ${NAME}`);
  return rest;
}

/** A change that has to wait: it is defined, nothing is done to the guest, and each run says why. @returns the reasons */
async function defer(edit: (xml: string) => string) {
  rewrite(edit);
  const { changed, actions, restart_required, restart_reasons } = await perform();
  expect([changed, actions, restart_required]).toEqual([true, [`redefine domain ${NAME}`], true]);
  const again = { changed: false, actions: [], restart_required: true, restart_reasons };
  expect(await runModule(hypervisor, 'libvirt_domain', task())).toMatchObject(again);
  return restart_reasons;
}

const add = (device: string) => (xml: string) => xml.replace('</devices>', `${device}</devices>`);
/** Changes each device of a class in whose XML a word is; to nothing, it goes. */
const change = (name: string, word: string, to: (device: string) => string) => (xml: string) =>
  xml.replace(new RegExp(`<${name}[ >][\\s\\S]*?</${name}>`, 'g'), (device) =>
    device.includes(word) ? to(device) : device,
  );
const drop = (name: string, word: string) => change(name, word, () => '');
const inside = (name: string, what: string) => (device: string) =>
  device.replace(`</${name}>`, `${what}</${name}>`);
const without = (name: string) => (device: string) =>
  device.replace(new RegExp(`<${name}[ >][\\s\\S]*?</${name}>`), '');

const portOf = (mac: string) => sh(`virsh -q domiflist ${NAME} | awk '$5 == "${mac}" { print $1 }'`);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  const image = await guestImage(hypervisor);
  await sh(`mkdir -p ${DIR}; qemu-img create -q -f qcow2 -F qcow2 -b ${image} ${DIR}/root.qcow2
    for n in a b c d; do qemu-img create -q -f qcow2 ${DIR}/$n.qcow2 16M; done
    truncate -s 2M ${DIR}/one.iso; truncate -s 4M ${DIR}/two.iso
    for n in 1 2; do ovs-vsctl --may-exist add-br br-live-$n -- set bridge br-live-$n datapath_type=netdev; done
    for n in 1 2; do ip link add live-lin-$n type bridge; ip link set live-lin-$n up; done
    ip addr replace 192.168.77.1/24 dev br-live-1; ip link set br-live-1 up`);
  const seed = await runModule(hypervisor, 'cloudinit_iso', {
    dest: `${DIR}/seed.iso`,
    hostname: NAME,
    owner: 'libvirt-qemu',
    user_data: {
      // What takes long in an emulated guest and nobody needs.
      cloud_config_modules: [],
      cloud_final_modules: [],
      ssh_genkeytypes: ['ed25519'],
      users: [
        {
          name: 'debian',
          sudo: 'ALL=(ALL) NOPASSWD:ALL',
          ssh_authorized_keys: [(await publicKey()).trim()],
          shell: '/bin/bash',
        },
      ],
    },
    network_config: {
      version: 1,
      config: [{ type: 'physical', name: 'eth0', subnets: [{ type: 'static', address: `${GUEST}/24` }] }],
    },
  });
  expect(seed.failed, seed.msg).toBeFalsy();
  text = definition(`${DIR}/root.qcow2`);
  expect((await perform()).actions).toEqual([`define domain ${NAME}`, `start domain ${NAME}`]);
  pid = await qemu();
  await waitForPing(hypervisor, GUEST);
  await inGuest('true');
});

afterEach(async () => {
  expect(await qemu()).toBe(pid);
});

afterAll(async () => {
  await hypervisor.exec(['virsh', 'destroy', NAME], { check: false });
  await hypervisor.exec(['virsh', 'undefine', NAME], { check: false });
  await sh(
    `rm -rf ${DIR}; for n in 1 2; do ovs-vsctl --if-exists del-br br-live-$n; ip link del live-lin-$n; done; true`,
  );
});

describe('a running guest', () => {
  it('gets a NIC', async () => {
    expect(await bring(add(nic(NIC, 'br-live-1', "<vlan><tag id='5'/></vlan>")))).toEqual([
      `attach interface ${NIC}`,
    ]);
    expect(await inGuest('cat /sys/class/net/*/address')).toContain(NIC);
    expect(await sh(`ovs-vsctl get port ${await portOf(NIC)} tag`)).toBe('5');
  });

  it('changes the VLAN, the link and the bandwidth of a NIC, each in its turn', async () => {
    const port = await portOf(NIC);
    await bring(change('interface', NIC, (device) => device.replace("id='5'", "id='6'")));
    expect(await sh(`ovs-vsctl get port ${port} tag`)).toBe('6');
    await bring(change('interface', NIC, inside('interface', "<link state='down'/>")));
    expect(await virsh(`domif-getlink ${NAME} ${port}`)).toContain('down');
    await bring(change('interface', NIC, (device) => device.replace("<link state='down'/>", '')));
    expect(await virsh(`domif-getlink ${NAME} ${port}`)).toContain('up');
    await bring(
      change('interface', NIC, inside('interface', "<bandwidth><inbound average='1000'/></bandwidth>")),
    );
    expect(await sh(`ovs-vsctl get port ${port} qos`)).not.toBe('[]');
    await bring(change('interface', NIC, without('bandwidth')));
    expect(await sh(`ovs-vsctl get port ${port} qos`)).toBe('[]');
    await bring(change('interface', NIC, without('vlan')));
    expect(await sh(`ovs-vsctl get port ${port} tag`)).toBe('[]');
  });

  it('moves a NIC to another bridge with all that it has', async () => {
    const port = await portOf(NIC);
    await bring(
      change('interface', NIC, inside('interface', "<vlan trunk='yes'><tag id='7'/><tag id='8'/></vlan>")),
    );
    const titles = await bring(
      change('interface', NIC, (device) => device.replace('br-live-1', 'br-live-2')),
    );
    expect(titles).toEqual([`update interface ${NIC}: source`]);
    expect(await sh(`ovs-vsctl port-to-br ${port}; ovs-vsctl get port ${port} trunks`)).toBe(
      'br-live-2\n[7, 8]',
    );
    // And what changes afterwards goes to it as well.
    await bring(change('interface', NIC, (device) => device.replace("<tag id='8'/>", "<tag id='9'/>")));
    expect(await sh(`ovs-vsctl port-to-br ${port}; ovs-vsctl get port ${port} trunks`)).toBe(
      'br-live-2\n[7, 9]',
    );
    await bring((xml) =>
      change(
        'interface',
        NIC,
        without('vlan'),
      )(change('interface', NIC, (device) => device.replace('br-live-2', 'br-live-1'))(xml)),
    );
    expect(await sh(`ovs-vsctl port-to-br ${port}; ovs-vsctl get port ${port} trunks`)).toBe('br-live-1\n[]');
  });

  it("moves a NIC between the kernel's bridges, and filters it", async () => {
    const other = NIC.replace(/2$/, '3');
    const kernels = `<interface type='bridge'><mac address='${other}'/><source bridge='live-lin-1'/><model type='virtio'/></interface>`;
    await bring(add(kernels));
    await bring(change('interface', other, (device) => device.replace('live-lin-1', 'live-lin-2')));
    expect(await sh(`ls /sys/class/net/live-lin-2/brif`)).toBe(await portOf(other));
    await bring(change('interface', other, inside('interface', "<filterref filter='no-mac-spoofing'/>")));
    expect(await sh('ebtables -t nat -L')).toContain(await portOf(other));
    await bring(change('interface', other, (device) => device.replace(/<filterref.*?\/>/, '')));
    await bring(drop('interface', other));
  });

  it('gives a NIC back', async () => {
    const port = await portOf(NIC);
    expect(await bring(drop('interface', NIC))).toEqual([`detach interface ${NIC}`]);
    expect(await inGuest('cat /sys/class/net/*/address')).not.toContain(NIC);
    expect(await sh('ovs-vsctl list-ports br-live-1')).not.toContain(port);
  });

  it('gets disks of virtio and SCSI and gives them back', async () => {
    const both = add(disk('a', 'vdb', 'virtio') + disk('b', 'sdc', 'scsi', '<serial>live-scsi</serial>'));
    expect(await bring(both)).toEqual(['attach disk vdb', 'attach disk sdc']);
    expect((await inGuest('ls /sys/block')).split('\n')).toEqual(expect.arrayContaining(['vdb', 'sda']));
    await bring((xml) => drop('disk', "dev='sdc'")(drop('disk', "dev='vdb'")(xml)));
    expect(await inGuest('ls /sys/block')).not.toMatch(/^(vdb|sda)$/m);
  });

  it('changes the medium of a CD drive, and ejects it', async () => {
    const size = () => inGuest('sudo blockdev --getsize64 /dev/sr1');
    await bring(
      change('disk', "dev='sdb'", (device) => device.replace('<target', `${medium('one')}<target`)),
    );
    expect(await monitor('info block')).toContain('one.iso');
    await bring(change('disk', "dev='sdb'", (device) => device.replace('one.iso', 'two.iso')));
    expect(await monitor('info block')).toContain('two.iso');
    expect(await size()).toBe('4194304');
    await bring(change('disk', "dev='sdb'", (device) => device.replace(medium('two'), '')));
    expect(await monitor('info block')).not.toContain('two.iso');
  });

  it('limits a disk, otherwise, and no more', async () => {
    const limits = () => virsh(`blkdeviotune ${NAME} vda`);
    const set = (limit: string) =>
      change('disk', "dev='vda'", (device) => inside('disk', limit)(without('iotune')(device)));
    await bring(
      set(
        '<iotune><total_bytes_sec>104857600</total_bytes_sec><total_iops_sec>5000</total_iops_sec><total_iops_sec_max>6000</total_iops_sec_max></iotune>',
      ),
    );
    expect(await limits()).toMatch(/total_bytes_sec: 104857600[\s\S]*total_iops_sec : 5000/);
    await bring(set('<iotune><read_iops_sec>4000</read_iops_sec></iotune>'));
    expect(await limits()).toMatch(
      /total_bytes_sec: 0[\s\S]*total_iops_sec : 0[\s\S]*read_iops_sec {2}: 4000/,
    );
    await bring(set(''));
    expect(await limits()).not.toMatch(/: [1-9]/);
  });

  it('gives memory back and gets it again', async () => {
    const total = async () => Number(/MemTotal:\s+(\d+)/.exec(await inGuest('cat /proc/meminfo'))?.[1]);
    const held = "<currentMemory unit='MiB'>384</currentMemory>";
    const full = await total();
    expect(await bring((xml) => xml.replace('</memory>', `</memory>${held}`))).toEqual([
      'set current memory to 393216 KiB',
    ]);
    expect(await monitor('info balloon')).toContain('actual=384');
    expect(full - (await total())).toBe(131072);
    expect(await bring((xml) => xml.replace(held, ''))).toEqual(['set current memory to 524288 KiB']);
    expect(await total()).toBe(full);
  });

  it('gets processors, and keeps them since they are emulated', async () => {
    const set = (count: number) => (xml: string) => xml.replace(/<vcpu[^>]*>3/, `<vcpu current='${count}'>3`);
    expect(await bring(set(2))).toEqual(['set vCPUs to 2']);
    expect(await inGuest('cat /sys/devices/system/cpu/present')).toBe('0-1');
    expect(await defer(set(1))).toEqual(["vCPUs: 2 → 1 can't be changed while an emulated guest runs"]);
    expect(await bring(set(2))).toEqual([]);
  });

  it('gets a memory module', async () => {
    const modules = async () => Number(await inGuest('ls -d /sys/devices/system/memory/memory* | wc -l'));
    const before = await modules();
    const module = add(
      "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
    );
    expect(await bring(module)).toEqual(['attach memory dimm']);
    expect((await modules()) - before).toBe(1);
    expect(await monitor('info memory-devices')).toContain('134217728');
  });

  it('gets another graphics password, without it being shown', async () => {
    rewrite((xml) => xml.replace("passwd='first'", "passwd='secret2'"));
    const done = await perform();
    expect(done).toMatchObject({ changed: true, restart_required: false });
    expect(done.actions).toEqual([`redefine domain ${NAME}`, 'update graphics vnc: passwd']);
    expect(JSON.stringify(done)).not.toMatch(/secret2|first/);
    expect(await virsh(`dumpxml --security-info ${NAME}`)).toContain("passwd='secret2'");
  });

  it('gets a random number generator, a channel and a USB device, and gives them back', async () => {
    const channel = "<channel type='unix'><target type='virtio' name='org.live.0'/></channel>";
    const rng = "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";
    const input = "<input type='tablet' bus='usb'><alias name='ua-tablet'/></input>";
    await bring(add(channel + rng + input));
    expect(
      await inGuest('cat /sys/class/virtio-ports/*/name; cat /sys/class/misc/hw_random/rng_available'),
    ).toMatch(/org.live.0[\s\S]*virtio_rng/);
    expect(await monitor('info usb')).toContain('Tablet');
    await bring((xml) =>
      drop('channel', 'org.live.0')(drop('rng', 'random')(drop('input', 'ua-tablet')(xml))),
    );
    expect(await monitor('info usb')).not.toContain('Tablet');
  });

  it('gets a title and a description, and loses them', async () => {
    const words = '<title>-a title</title><description>Two\nlines</description>';
    expect(await bring((xml) => xml.replace('</name>', `</name>${words}`))).toEqual([
      'set title',
      'set description',
    ]);
    expect(await virsh(`desc --live --title ${NAME}`)).toBe('-a title');
    await bring((xml) => xml.replace(words, ''));
    expect(await virsh(`desc --live --title ${NAME}`)).not.toContain('title');
  });

  it('does at its end what is defined', async () => {
    await bring((xml) => xml.replace('<devices>', '<on_crash>restart</on_crash><devices>'));
    expect(await virsh(`dumpxml ${NAME}`)).toContain('<on_crash>restart');
    await bring((xml) => xml.replace('<on_crash>restart</on_crash>', ''));
    expect(await virsh(`dumpxml ${NAME}`)).toContain('<on_crash>destroy');
  });
});

describe('what has to wait', () => {
  it('is a device that a paused guest would not let go of', async () => {
    await bring(add(disk('c', 'vdb', 'virtio')));
    await virsh(`suspend ${NAME}`);
    rewrite(drop('disk', "dev='vdb'"));
    expect(await perform({ state: 'present' })).toMatchObject({
      actions: [`redefine domain ${NAME}`],
      restart_required: true,
      restart_reasons: ['disk vdb is not removed yet: the guest is paused'],
    });
    expect(await perform()).toMatchObject({
      actions: [`resume domain ${NAME}`, 'detach disk vdb'],
      restart_reasons: [],
      restart_required: false,
    });
    expect(await inGuest('ls /sys/block')).not.toContain('vdb');
  });

  it('is named by each run, and comes with the restart that a task allows', async () => {
    const model = () =>
      virsh(`dumpxml ${NAME}`).then((xml) => valueAt(parseXml(xml), 'devices/video/model/@type'));
    expect(await defer((xml) => xml.replace("model type='vga'", "model type='virtio'"))).toEqual([
      "video virtio: model type vga → virtio can't be changed while the guest runs",
      "video virtio: model vram 16384 → none can't be changed while the guest runs",
    ]);
    expect(await qemu()).toBe(pid);
    expect(await model()).toBe('vga');

    expect(await perform({ restart: 'if_needed', shutdown_timeout: 120 })).toMatchObject({
      changed: true,
      actions: [`restart domain ${NAME}`],
      restart_required: false,
      restart_reasons: [],
    });
    const before = pid;
    pid = await qemu();
    expect(pid).not.toBe(before);
    expect(await model()).toBe('virtio');
    expect(await monitor('info pci')).toMatch(/1af4:1050/);
  });
});
