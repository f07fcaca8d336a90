import { describe, expect, it } from 'vitest';
import { optionsOf } from './given.ts';

type Row = [what: string, options: Record<string, unknown>, message: string];

const disk = (one: object) => ({ disks: [{ source: '/x', ...one }] });
const drive = (one: object) => ({ disks: [one] });
const nic = (one: object) => ({ interfaces: [{ source: 'b', ...one }] });
const host = { name: 'c1' };
const auth = { username: 'u', secret_uuid: '2a5b08e4-3dca-4ff9-9a1d-40389758d081' };

const machine: Row[] = [
  [
    'more current memory than maximum memory',
    { memory: '1G', current_memory: '2G' },
    "option 'current_memory': 2G is more than 'memory', which is 1G",
  ],
  [
    'more vCPUs than the maximum',
    { vcpus: 4, vcpus_max: 2 },
    "option 'vcpus_max': 2 is less than 'vcpus', which is 4",
  ],
  ['vcpus_max alone', { vcpus_max: 2 }, "option 'vcpus_max': needs 'vcpus' beside it"],
  [
    'a custom processor without a model',
    { cpu_mode: 'custom' },
    "option 'cpu_model': is needed with 'cpu_mode: custom'",
  ],
  [
    'a model of a processor that is not custom',
    { cpu_model: 'EPYC' },
    "option 'cpu_model': needs 'cpu_mode: custom' beside it",
  ],
  [
    'features of no processor',
    { cpu_features: [{ name: 'aes' }] },
    "option 'cpu_features': needs 'cpu_mode' beside it",
  ],
  [
    'a feature twice',
    { cpu_mode: 'host-model', cpu_features: [{ name: 'aes' }, { name: 'aes', policy: 'disable' }] },
    "option 'cpu_features[1].name': 'aes' is in the list already",
  ],
  ['initrd without kernel', { initrd: '/i' }, "option 'kernel': is needed with 'initrd' and 'cmdline'"],
  ['cmdline without kernel', { cmdline: 'x' }, "option 'kernel': is needed with 'initrd' and 'cmdline'"],
  ['secure_boot with BIOS', { secure_boot: true }, "option 'secure_boot': needs 'firmware: efi' beside it"],
  [
    'a boot order of kinds and of devices',
    { boot: ['hd'], ...disk({ boot_order: 1 }) },
    "option 'disks[0].boot_order': and 'boot' exclude each other",
  ],
  [
    'a boot order twice',
    { ...disk({ boot_order: 1 }), ...nic({ boot_order: 1 }) },
    "option 'interfaces[0].boot_order': 1 is taken by disks[0].boot_order",
  ],
];

const disks: Row[] = [
  [
    'a disk without a source',
    drive({}),
    "option 'disks[0].source': is needed; only a cdrom or floppy can be empty",
  ],
  ['a relative path', drive({ source: 'x' }), "option 'disks[0].source': 'x' must be an absolute path"],
  [
    'a network disk without a name',
    drive({ protocol: 'rbd' }),
    "option 'disks[0].source': is needed: the name on the server",
  ],
  [
    'a network disk without a protocol',
    disk({ type: 'network' }),
    "option 'disks[0].protocol': is needed with 'type: network'",
  ],
  [
    'a protocol of a file',
    disk({ type: 'file', protocol: 'nbd' }),
    "option 'disks[0].protocol': is for network disks, but 'type' is file",
  ],
  ['a protocol without a server', drive({ protocol: 'nbd' }), "option 'disks[0].hosts': is needed for nbd"],
  [
    'too many servers',
    drive({ protocol: 'nbd', hosts: [host, host] }),
    "option 'disks[0].hosts': nbd has one server",
  ],
  ['servers of a file', disk({ hosts: [host] }), "option 'disks[0].hosts': needs 'protocol' beside it"],
  ['a user of a file', disk({ auth }), "option 'disks[0].auth': needs 'protocol' beside it"],
  [
    'a user of nbd',
    drive({ protocol: 'nbd', hosts: [host], auth }),
    "option 'disks[0].auth': is for rbd and iscsi",
  ],
  [
    'a secret instead of its UUID',
    drive({ protocol: 'rbd', source: 'p/x', auth: { ...auth, secret_uuid: 'geheim' } }),
    'the UUID of a libvirt secret',
  ],
  [
    'a CD that can be written',
    disk({ device: 'cdrom', readonly: false }),
    "option 'disks[0].readonly': a CD is always read-only",
  ],
  [
    'a CD on virtio',
    disk({ device: 'cdrom', bus: 'virtio' }),
    "option 'disks[0].bus': a CD is not possible on virtio",
  ],
  [
    'a floppy disk on virtio',
    disk({ device: 'floppy', bus: 'virtio' }),
    "option 'disks[0].bus': virtio is not possible for a floppy",
  ],
  ['a disk on fdc', disk({ bus: 'fdc' }), "option 'disks[0].bus': fdc is not possible for a disk"],
  [
    'native io with the cache of the host',
    disk({ io: 'native' }),
    "option 'disks[0].io': native needs 'cache: none'",
  ],
  [
    'ide on q35',
    { machine: 'pc-q35-7.2', ...disk({ bus: 'ide' }) },
    "option 'disks[0].bus': a pc-q35-7.2 has no IDE",
  ],
  [
    'one target twice',
    {
      disks: [
        { source: '/x', target: 'vda' },
        { source: '/y', target: 'vda' },
      ],
    },
    "option 'disks[1].target': 'vda' is taken by another disk",
  ],
  [
    'a total limit and one of reading',
    disk({ iotune: { total_iops_sec: 1, read_iops_sec: 1 } }),
    "option 'disks[0].iotune.total_iops_sec': and read_iops_sec exclude each other",
  ],
  [
    'a burst without a limit',
    disk({ iotune: { read_iops_sec_max: 1 } }),
    "option 'disks[0].iotune.read_iops_sec_max': needs 'read_iops_sec' beside it",
  ],
  [
    'a burst below the limit',
    disk({ iotune: { read_iops_sec: 2, read_iops_sec_max: 1 } }),
    "option 'disks[0].iotune.read_iops_sec_max': must not be less than read_iops_sec, which is 2",
  ],
];

const interfaces: Row[] = [
  [
    'default_mac without a target',
    nic({ default_mac: '52:54:00:00:00:01' }),
    "option 'interfaces[0].default_mac': needs 'target' beside it",
  ],
  [
    'VLANs of a macvtap',
    nic({ type: 'macvtap', vlans: [1] }),
    "option 'interfaces[0].vlans': is not possible on macvtap",
  ],
  [
    'a native VLAN without a trunk',
    nic({ native_vlan: 1 }),
    "option 'interfaces[0].native_vlan': needs 'vlans' beside it",
  ],
  ['a VLAN twice', nic({ vlans: [1, 1] }), "option 'interfaces[0].vlans': 1 is listed twice"],
  ['a mode of a bridge', nic({ mode: 'vepa' }), "option 'interfaces[0].mode': is for macvtap, not for ovs"],
  [
    'an MTU of a macvtap',
    nic({ type: 'macvtap', mtu: 1400 }),
    "option 'interfaces[0].mtu': is not possible on macvtap",
  ],
  [
    'a filter on Open vSwitch',
    nic({ filter: 'clean-traffic' }),
    "option 'interfaces[0].filter': is not possible on ovs",
  ],
  [
    'queues of an emulated card',
    nic({ queues: 2, model: 'e1000' }),
    "option 'interfaces[0].queues': needs a virtio card, not e1000",
  ],
  [
    'a bandwidth without limits',
    nic({ bandwidth: {} }),
    "option 'interfaces[0].bandwidth': has neither 'inbound' nor 'outbound'",
  ],
  [
    'a burst without an average',
    nic({ bandwidth: { inbound: { peak: 1 } } }),
    "option 'interfaces[0].bandwidth.inbound.average': is required",
  ],
  [
    'one MAC twice',
    {
      interfaces: [
        { source: 'b', mac: '52:54:00:00:00:0A' },
        { source: 'b', mac: '52:54:00:00:00:0a' },
      ],
    },
    "option 'interfaces[1].mac': 52:54:00:00:00:0a is that of another interface",
  ],
];

const others: Row[] = [
  ['two screens of one type', { graphics: [{}, {}] }, "option 'graphics[1].type': another entry is vnc too"],
  [
    'a source without a generator',
    { rng: false, rng_source: '/dev/hwrng' },
    "option 'rng_source': has no effect with 'rng: false'",
  ],
  ['tpm-crb of 1.2', { tpm: { version: 1.2 } }, "option 'tpm.model': tpm-crb is for version 2.0"],
  [
    'remove_storage without state: absent',
    { remove_storage: true },
    "option 'remove_storage': is for 'state: absent', and 'state' is present",
  ],
  [
    'adopt without a definition',
    { adopt: true },
    "option 'adopt': has no effect in a task that defines nothing",
  ],
  [
    'hotplug_slots without a definition',
    { hotplug_slots: 1 },
    "option 'hotplug_slots': has no effect in a task",
  ],
  [
    'a name in XML that looks like an option',
    { xml: '<domain><name>-a</name></domain>' },
    "option 'xml': the name '-a' begins with '-', which a command would take for an option",
  ],
  [
    'extra XML that is not well-formed',
    { extra_xml: '<domain>\n <x>\n</domain>' },
    "option 'extra_xml': line 3, column 9",
  ],
  [
    'extra XML of something else',
    { extra_xml: '<network/>' },
    "option 'extra_xml': its root element is <network>: it must be <domain>",
  ],
  [
    'extra XML of another domain',
    { extra_xml: '<domain><name>b</name></domain>' },
    "option 'extra_xml': it names 'b', but 'name' is 'a'",
  ],
  [
    'XML and an option',
    { xml: '<domain><name>a</name></domain>', initrd: '/i' },
    "options 'xml', 'initrd' exclude each other",
  ],
  [
    'XML and room to hot-plug',
    { xml: '<domain><name>a</name></domain>', hotplug_slots: 1 },
    "options 'xml', 'hotplug_slots' exclude each other",
  ],
];

describe('checkOptions refuses', () => {
  it.each([...machine, ...disks, ...interfaces, ...others])('%s', (_, options, message) => {
    expect(() => optionsOf(options)).toThrow(message);
  });

  it('a password that is too long, without showing it', () => {
    const graphics = [{ password: 'geheimgeheim' }];
    expect(() => optionsOf({ graphics })).toThrow(
      "option 'graphics[0].password': is longer than the 8 characters that VNC allows",
    );
  });
});

describe('checkOptions accepts', () => {
  const rows: [string, Record<string, unknown>][] = [
    ['an empty drive', drive({ device: 'cdrom' })],
    ['rbd without servers', drive({ protocol: 'rbd', source: 'p/x' })],
    ['a limit of 0 beside another one', disk({ iotune: { total_iops_sec: 0, read_iops_sec: 1 } })],
    ['a long password of SPICE', { graphics: [{ type: 'spice', password: 'geheimgeheim' }] }],
    ['extra XML that names the domain', { extra_xml: '<domain><name>a</name></domain>' }],
    ['a version of the TPM as YAML reads it', { tpm: { version: 2.0 } }],
  ];
  it.each(rows)('%s', (_, options) => {
    expect(() => optionsOf(options)).not.toThrow();
  });
});
