import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { problemOfDefinition, strangersOf } from '../../../modules/objects/move/definition.ts';
import { GUEST } from './sample.ts';

const OWN = '/var/lib/libvirt/images/web1';
const disk = (target: string, file: string, more = '') =>
  `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/>${more}<target dev='${target}'/></disk>`;
const DISKS = `${disk('vda', `${OWN}/disk.qcow2`)}${disk('vdb', `${OWN}/data.qcow2`)}`;
const domain = (devices: string, more = '', os = '', attributes = '') =>
  parseXml(`<domain type='kvm'${attributes}><name>web1</name><uuid>${GUEST.uuid}</uuid><title>/a title</title>
    <metadata><x:vm xmlns:x='urn:x'><path>/etc/shadow</path></x:vm></metadata>
    <resource><partition>/machine</partition></resource>
    <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>${os}<cmdline>/x</cmdline></os>
    <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${DISKS}${devices}</devices>${more}</domain>`);

// What libvirt writes of a guest that runs.
const LIVE = `
  <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${OWN}/cloud-init_ci.iso' index='1'/><backingStore/><target dev='sda'/></disk>
  <disk type='file' device='cdrom'><target dev='sdb'/></disk>
  <serial type='pty'><source path='/dev/pts/3'/><log file='/var/log/libvirt/qemu/web1.console' append='off'/><target type='isa-serial' port='0'/></serial>
  <console type='pty' tty='/dev/pts/3'><source path='/dev/pts/3'/><target type='serial' port='0'/></console>
  <channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/1-web1/org.qemu.guest_agent.0'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
  <channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-1-web1/org.qemu.guest_agent.0'/></channel>
  <graphics type='vnc' socket='/var/lib/libvirt/qemu/domain-1-web1/vnc.sock'><listen type='socket' socket='/var/lib/libvirt/qemu/domain-1-web1/vnc.sock'/></graphics>
  <interface type='bridge'><source bridge='ovs-lan'/></interface>
  <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>`;
const EFI = `<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
  <nvram template='/usr/share/OVMF/OVMF_VARS_4M.fd'>/var/lib/libvirt/qemu/nvram/web1_VARS.fd</nvram>`;

describe('the definition that came', () => {
  it('may name what was described, and what each host has by itself', () => {
    expect(problemOfDefinition(GUEST, domain(''))).toBeUndefined();
    expect(problemOfDefinition(GUEST, domain(LIVE, '', EFI))).toBeUndefined();
  });

  it('is not that of another guest', () => {
    const uuid = '1b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51';
    expect(problemOfDefinition({ ...GUEST, uuid }, domain(''))).toMatch(/another guest/);
    expect(problemOfDefinition({ ...GUEST, name: 'web2' }, domain(''))).toMatch(/another guest/);
  });

  const named: [string, string][] = [
    ['a disk', disk('vdc', '/etc/shadow')],
    [
      'a backing file',
      disk(
        'vdc',
        `${OWN}/data.qcow2`,
        `<backingStore type='file'><source file='/etc/shadow'/></backingStore>`,
      ),
    ],
    [
      'a data file',
      `<disk type='file'><driver type='qcow2'/><source file='${OWN}/data.qcow2'><dataStore type='file'><source file='/etc/shadow'/></dataStore></source></disk>`,
    ],
    ['a mirror', disk('vdc', `${OWN}/data.qcow2`, `<mirror type='file' file='/etc/shadow'/>`)],
    ['a serial port', `<serial type='file'><source path='/etc/shadow'/></serial>`],
    ['a device as serial port', `<serial type='dev'><source path='/dev/ttyS0'/></serial>`],
    ['the log of a console', `<console type='pty'><log file='/etc/shadow'/></console>`],
    ["another guest's log", `<console type='pty'><log file='/var/log/libvirt/qemu/web2.console'/></console>`],
    ['a socket', `<channel type='unix'><source mode='bind' path='/run/docker.sock'/></channel>`],
    [
      'a path that leads elsewhere',
      `<channel type='unix'><source path='/run/libvirt/qemu/../libvirt-sock'/></channel>`,
    ],
    ['an emulator', '<emulator>/home/x/qemu-system-x86_64</emulator>'],
    ['a source of random numbers', '<rng model="virtio"><backend model="random">/etc/shadow</backend></rng>'],
    ['an input device', `<input type='evdev'><source dev='/dev/input/event1'/></input>`],
    ['a script', `<interface type='ethernet'><script path='/tmp/x'/></interface>`],
    ['a script of libvirt', `<interface type='ethernet'><script path='vif-bridge'/></interface>`],
    ['memory in a file', `<memory model='nvdimm'><source><path>/etc/shadow</path></source></memory>`],
    ['a device', '<hostdev mode="subsystem" type="pci"/>'],
    ['a directory', `<filesystem type='mount'><source dir='/etc'/><target dir='/x'/></filesystem>`],
    ['shared memory', '<shmem name="x"/>'],
    ['a block device', `<disk type='block'><source dev='/dev/sda'/><target dev='vdc'/></disk>`],
    ['a volume', `<disk type='volume'><source pool='p' volume='v'/><target dev='vdc'/></disk>`],
    ['the TPM', '<tpm><backend type="passthrough"><device path="/dev/tpm0"/></backend></tpm>'],
  ];
  it.each(named)('names of the host not %s', (_, devices) => {
    expect(problemOfDefinition(GUEST, domain(devices))).toMatch(/names|no file|device|directory|shares|TPM/);
  });

  const QEMU = 'http://libvirt.org/schemas/domain/qemu/1.0';
  it.each([
    ['a kernel', domain('', '', '<kernel>/etc/shadow</kernel>')],
    ['an initrd', domain('', '', '<initrd>/etc/shadow</initrd>')],
    ['a device tree', domain('', '', '<dtb>/etc/shadow</dtb>')],
    ['a loader', domain('', '', '<loader>/etc/shadow</loader>')],
    ['a loader that leads elsewhere', domain('', '', '<loader>/usr/share/../../etc/shadow</loader>')],
    ['variables of firmware', domain('', '', '<nvram>/etc/shadow</nvram>')],
    [
      'their template',
      domain('', '', `<nvram template='/etc/shadow'>/var/lib/libvirt/qemu/nvram/web1_VARS.fd</nvram>`),
    ],
    ["another guest's variables", domain('', '', '<nvram>/var/lib/libvirt/qemu/nvram/web2_VARS.fd</nvram>')],
    ['arguments of QEMU', domain('', '<qemu:commandline/>', '', ` xmlns:qemu='${QEMU}'`)],
    ['arguments with another prefix', domain('', '<q:commandline/>', '', ` xmlns:q='${QEMU}'`)],
    ['arguments without a prefix', domain('', `<commandline xmlns='${QEMU}'/>`)],
    [
      'a file for the firmware',
      domain('', `<sysinfo type='fwcfg'><entry name='opt/x' file='/etc/shadow'/></sysinfo>`),
    ],
  ])('has not %s', (_, definition) => {
    expect(problemOfDefinition(GUEST, definition)).toMatch(/^it names /);
  });

  it('may have a kernel that was described', () => {
    const kernel = { ...(GUEST.files[0] as (typeof GUEST.files)[number]), path: `${OWN}/vmlinuz` };
    const definition = domain('', '', `<kernel>${OWN}/vmlinuz</kernel>`);
    expect(problemOfDefinition({ ...GUEST, files: [kernel] }, definition)).toBeUndefined();
  });
});

describe('what keeps a guest where it is, by its definition', () => {
  const LOG = `<serial type='file'><source path='/var/log/web1'/></serial>`;
  it('is what the new host would refuse, told before anything moves', () => {
    const found = strangersOf(GUEST, { definition: domain(LOG), live: domain(LOG) });
    expect(found.all).toEqual([expect.stringMatching(/\/var\/log\/web1 \(devices\/serial\/source\/@path\)/)]);
    expect(found.live).toEqual([]);
  });
  it('keeps only a running guest where only that has it', () => {
    const found = strangersOf(GUEST, { definition: domain(''), live: domain(LOG) });
    expect(found).toMatchObject({ all: [], live: [expect.stringMatching(/var\/log\/web1/)] });
  });
  it('is not what libvirt tells of the backing files of a running guest', () => {
    const chain = `<backingStore type='file'><source file='/var/lib/libvirt/templates/x.qcow2'/></backingStore>`;
    const live = domain(disk('vda', `${OWN}/disk.qcow2`, chain));
    expect(strangersOf(GUEST, { definition: domain(LIVE, '', EFI), live })).toEqual({ all: [], live: [] });
  });
  it('is named once, by the words for its kind', () => {
    const devices = `<hostdev><source dev='/x'/></hostdev><disk type='block'><source dev='/dev/sda'/></disk>
      <filesystem><source dir='/srv'/></filesystem>`;
    expect(strangersOf(GUEST, { definition: domain(devices), live: undefined }).all).toEqual([]);
  });
});
