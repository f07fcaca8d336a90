/** Where the lab test puts the files, bridges and the network that the definitions name. */
export const PLACES = {
  disk: (n: number) => `/var/lib/libvirt/images/live-${n}.qcow2`,
  iso: '/var/lib/libvirt/images/live.iso',
  floppy: '/var/lib/libvirt/images/live.img',
  shared: '/srv/live',
  bridge: 'br-live',
  network: 'live-net',
} as const;

interface Definition {
  /** The whole `<os>`. */
  readonly os?: string;
  /** What else the domain has: memory, processors, tuning. */
  readonly settings?: string;
  readonly devices?: string;
}

/** A domain of QEMU's emulation, small enough to be started by the dozen. */
export const domainXml = (name: string, { os, settings = MEMORY, devices = '' }: Definition): string => `
  <domain type='qemu'>
    <name>${name}</name>
    ${settings}
    ${os ?? Q35}
    <features><acpi/><apic/></features>
    <devices>${devices}</devices>
  </domain>`;

const Q35 = "<os><type arch='x86_64' machine='q35'>hvm</type></os>";
const PC = "<os><type arch='x86_64' machine='pc'>hvm</type></os>";
const EFI =
  "<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type><bootmenu enable='yes' timeout='100'/></os>";
const MEMORY = "<memory unit='MiB'>64</memory>";

const disk = (n: number, target: string, bus: string, more = '') => `
  <disk type='file' device='disk'>
    <driver name='qemu' type='qcow2'/>
    <source file='${PLACES.disk(n)}'/>
    <target dev='${target}' bus='${bus}'/>${more}
  </disk>`;

const medium = (device: string, target: string, bus: string, file?: string) => `
  <disk type='file' device='${device}'>
    <driver name='qemu' type='raw'/>${file ? `<source file='${file}'/>` : ''}
    <target dev='${target}' bus='${bus}'/>${device === 'cdrom' ? '<readonly/>' : ''}
  </disk>`;

const ovs = (more = '') => `
  <interface type='bridge'>
    <source bridge='${PLACES.bridge}'/>
    <virtualport type='openvswitch'/>
    <model type='virtio'/>${more}
  </interface>`;

const IOTUNE =
  '<iotune><total_bytes_sec>1048576</total_bytes_sec><read_iops_sec>100</read_iops_sec></iotune>';

/** Definitions of many kinds: all that a running guest's XML says about itself is to be found in one of them. */
export const DEFINITIONS: Readonly<Record<string, Definition>> = {
  'nothing but a machine': {},
  'memory that is no multiple of a MiB, and titles': {
    settings: `<title>A title</title><description>Two
      lines</description><memory unit='KiB'>65001</memory><vcpu placement='static' cpuset='0-1' current='2'>4</vcpu>
      <cpu mode='host-model'/><on_crash>restart</on_crash>`,
    os: PC,
    devices: "<memballoon model='none'/>",
  },
  'EFI, TPM, VNC, watchdog, rng, agent': {
    os: EFI,
    devices: `
      <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
      <graphics type='vnc' passwd='secret' port='-1' autoport='yes' listen='127.0.0.1'/>
      <video><model type='virtio'/></video>
      <watchdog model='i6300esb' action='poweroff'/>
      <rng model='virtio'><rate bytes='1024' period='1000'/><backend model='random'>/dev/urandom</backend></rng>
      <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
      <serial type='pty'/>`,
  },
  'EFI with secure boot': {
    os: `<os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type>
      <firmware><feature enabled='yes' name='secure-boot'/></firmware></os>`,
  },
  'BIOS with every bus of disks': {
    os: "<os><type arch='x86_64' machine='q35'>hvm</type><bios useserial='yes' rebootTimeout='0'/></os>",
    settings: `${MEMORY}<iothreads>2</iothreads>`,
    devices: `
      <controller type='scsi' index='0' model='virtio-scsi'/><controller type='usb' index='0' model='qemu-xhci'/>
      ${disk(1, 'vda', 'virtio', `${IOTUNE}<boot order='1'/><serial>abc</serial>`)}
      ${disk(2, 'sda', 'scsi')}${disk(3, 'sdb', 'sata')}${disk(4, 'sdc', 'usb')}
      ${medium('cdrom', 'sdd', 'sata', PLACES.iso)}${medium('cdrom', 'sde', 'scsi')}<serial type='pty'/>`,
  },
  'the older machine with a floppy and IDE': {
    os: "<os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><boot dev='cdrom'/></os>",
    devices: `
      ${disk(1, 'hda', 'ide')}${medium('cdrom', 'hdb', 'ide', PLACES.iso)}${medium('floppy', 'fda', 'fdc', PLACES.floppy)}
      <video><model type='cirrus'/></video><graphics type='vnc' port='-1'/><sound model='ac97'/>
      <input type='tablet' bus='usb'/><parallel type='pty'/><serial type='pty'/><serial type='null'/>`,
  },
  'NICs of every type': {
    devices: `
      ${ovs(`<vlan><tag id='5'/></vlan><target dev='live-eth0'/>
        <bandwidth><inbound average='1000' peak='2000' burst='1024'/><outbound average='500'/></bandwidth>`)}
      ${ovs("<vlan trunk='yes'><tag id='5'/><tag id='6' nativeMode='untagged'/></vlan><link state='down'/><mtu size='1400'/>")}
      <interface type='network'><source network='${PLACES.network}'/><model type='e1000'/></interface>
      <interface type='network'><source network='${PLACES.network}' portgroup='slow'/><model type='virtio'/></interface>
      <interface type='user'><model type='rtl8139'/></interface>
      <interface type='ethernet'><target dev='live-tap2'/><model type='virtio'/>
        <filterref filter='clean-traffic'><parameter name='IP' value='10.0.0.5'/></filterref></interface>
      <interface type='ethernet'><target dev='live-tap'/><model type='virtio'/></interface>
      <interface type='bridge'><source bridge='${PLACES.bridge}'/><virtualport type='openvswitch'/>
        <model type='virtio'/><driver name='qemu' queues='2' rx_queue_size='512'/><coalesce><rx><frames max='7'/></rx></coalesce></interface>`,
  },
  'character devices': {
    devices: `
      <serial type='unix'><source mode='bind' path='/tmp/live-serial'/></serial>
      <serial type='file'><source path='/tmp/live-log' append='on'/></serial>
      <serial type='tcp'><source mode='bind' host='127.0.0.1' service='4555'/><protocol type='telnet'/></serial>
      <console type='pty'><target type='virtio'/></console>
      <channel type='unix'><source mode='bind' path='/tmp/live-channel'/><target type='virtio' name='org.x'/></channel>
      <channel type='pty'><target type='virtio' name='org.y'/></channel>
      <input type='keyboard' bus='virtio'/><input type='tablet' bus='virtio'/><input type='mouse' bus='usb'/>
      <redirdev bus='usb' type='tcp'><source mode='bind' host='127.0.0.1' service='4556'/></redirdev>`,
  },
  'SPICE without a network': {
    devices: `
      <graphics type='spice'><listen type='none'/><image compression='off'/></graphics>
      <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
      <video><model type='vga'/></video><sound model='ich9'/><redirdev bus='usb' type='spicevmc'/>`,
  },
  'VNC on a socket': {
    devices:
      "<graphics type='vnc'><listen type='socket'/></graphics><video><model type='vga' vram='16384'/></video>",
  },
  'memory devices': {
    settings: `<maxMemory slots='8' unit='MiB'>1024</maxMemory><memory unit='MiB'>192</memory>
      <currentMemory unit='MiB'>192</currentMemory><vcpu>2</vcpu>
      <cpu mode='custom' match='exact'><model fallback='allow'>qemu64</model>
        <feature policy='disable' name='svm'/><numa><cell id='0' cpus='0-1' memory='64' unit='MiB'/></numa></cpu>`,
    devices: "<memory model='dimm'><target><size unit='MiB'>128</size><node>0</node></target></memory>",
  },
  'a processor of its own kind, timers and Hyper-V': {
    settings: `${MEMORY}<vcpu>4</vcpu><cpu mode='custom' match='exact'><model fallback='forbid'>Nehalem</model>
        <topology sockets='2' dies='1' cores='2' threads='1'/><feature policy='require' name='aes'/>
        <feature policy='optional' name='avx512f'/></cpu>
      <clock offset='variable' adjustment='0' basis='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>
      <pm><suspend-to-mem enabled='no'/></pm>`,
  },
  'the most that can be emulated': { settings: `${MEMORY}<cpu mode='maximum'/><clock offset='localtime'/>` },
  'tuning that needs no cgroups': {
    settings: `${MEMORY}<vcpu>2</vcpu><iothreads>1</iothreads><iothreadids><iothread id='4'/></iothreadids>
      <cputune><vcpupin vcpu='0' cpuset='0'/><emulatorpin cpuset='0-1'/><iothreadpin iothread='4' cpuset='1'/></cputune>
      <sysinfo type='smbios'><system><entry name='product'>Live</entry></system></sysinfo>
      <memoryBacking><nosharepages/></memoryBacking>`,
    os: `<os><type arch='x86_64' machine='q35'>hvm</type><smbios mode='sysinfo'/></os>`,
  },
  'filesystems and rarer devices': {
    devices: `
      <filesystem type='mount' accessmode='mapped'><source dir='${PLACES.shared}'/><target dir='share'/></filesystem>
      <panic model='isa'/><hub type='usb'/>
      <shmem name='live-shm'><model type='ivshmem-plain'/><size unit='M'>4</size></shmem>
      <iommu model='intel'/>`,
  },
  'aliases and addresses of its own': {
    devices: `
      <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='threads' discard='unmap'/>
        <source file='${PLACES.disk(1)}'/><target dev='vdc' bus='virtio'/><alias name='ua-root'/></disk>
      ${ovs("<alias name='ua-nic'/><boot order='1'/><rom bar='off'/>")}<memballoon model='virtio'><stats period='5'/></memballoon>`,
  },
};
