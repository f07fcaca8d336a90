import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runThrice } from '../support/module.ts';

// What an option applied is removed when its value changes, or when the task omits it.

let hypervisor: Hypervisor;
const NAME = 'withdrawn-test';

const undefine = () => hypervisor.exec(['virsh', 'undefine', '--nvram', NAME], { check: false });

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await undefine();
});
afterAll(undefine);

type Options = Record<string, unknown>;
type Row = [what: string, before: Options, after: Options, there: RegExp[], gone: RegExp[]];

const nic = (one: object) => ({ interfaces: [{ source: 'b', target: 't', ...one }] });
const disk = (one: object) => ({ disks: [{ source: '/x', target: 'vda', ...one }] });

const DEFAULTS = [/<serial /, /<console /, /guest_agent/, /<rng /, /<apic\/>/];

const rows: Row[] = [
  ['the defaults of a new domain are kept', {}, { vcpus: 2 }, DEFAULTS, []],
  [
    'they are removed by options that deny them',
    {},
    { console: false, guest_agent: false, rng: false, features: ['acpi'] },
    [/<acpi\/>/],
    DEFAULTS,
  ],
  ['BIOS after UEFI', { firmware: 'efi' }, { firmware: 'bios' }, [], [/efi/, /<loader/, /<nvram/]],
  [
    'without secure boot after with it',
    { firmware: 'efi', secure_boot: true },
    { firmware: 'efi', secure_boot: false },
    [/enabled='no' name='secure-boot'/],
    [/enabled='yes'/, /secure='yes'/],
  ],
  [
    'a Linux bridge after Open vSwitch',
    nic({ vlans: [1, 2], native_vlan: 1 }),
    nic({ type: 'bridge', source: 'c' }),
    [/bridge='c'/],
    [/<virtualport/, /<vlan/],
  ],
  [
    'a macvtap after Open vSwitch',
    nic({}),
    nic({ type: 'macvtap', source: 'host0' }),
    [/type='direct'/],
    [/<virtualport/],
  ],
  [
    'what an interface may have',
    nic({ vlans: [1], queues: 2, link: 'down', mtu: 1400, bandwidth: { inbound: { average: 1 } } }),
    nic({}),
    [/type='openvswitch'/],
    [/<vlan/, /queues/, /<link/, /<mtu/, /<bandwidth/],
  ],
  [
    'what a disk may have',
    disk({ cache: 'none', io: 'native', serial: 's', readonly: true, iotune: { read_iops_sec: 9 } }),
    disk({}),
    [/file='\/x'/],
    [/cache=/, /io=/, /<serial>/, /<readonly/, /<iotune/],
  ],
  [
    'a file after a network disk',
    { disks: [{ protocol: 'rbd', source: 'p/x', hosts: [{ name: 'c1' }], target: 'vda' }] },
    disk({}),
    [/file='\/x'/],
    [/rbd/, /<host /],
  ],
  [
    'an order of kinds after one of devices',
    disk({ boot_order: 1 }),
    { ...disk({}), boot: ['network'] },
    [/<boot dev='network'/],
    [/order=/],
  ],
  [
    'an order of devices after the one that libvirt has chosen',
    disk({}),
    disk({ boot_order: 1 }),
    [/<boot order='1'/],
    [/<boot dev/],
  ],
  [
    'an order of devices after one of kinds',
    { ...disk({}), boot: ['network'] },
    disk({ boot_order: 1 }),
    [/<boot order='1'/],
    [/<boot dev/],
  ],
  [
    'an address and a password of a screen',
    { graphics: [{ listen: '0.0.0.0', port: 5999, password: 'geheim' }] },
    { graphics: [{}] },
    [/autoport='yes'/],
    [/0\.0\.0\.0/, /5999/, /geheim/],
  ],
  [
    'options that are not kept when omitted',
    {
      title: 't',
      description: 'd',
      kernel: '/k',
      tpm: {},
      extra_xml: '<domain><memoryBacking><nosharepages/></memoryBacking></domain>',
    },
    { vcpus: 1 },
    [],
    [/<title/, /<description/, /<kernel/, /<tpm/, /<memoryBacking/],
  ],
  [
    'the maximum and the model of processors',
    { vcpus: 2, vcpus_max: 4, cpu_mode: 'custom', cpu_model: 'EPYC' },
    { vcpus: 2, cpu_mode: 'maximum' },
    [/<vcpu[^>]*>2</, /mode='maximum'/],
    [/current='2'/, /EPYC/],
  ],
  [
    'features of the processor',
    { cpu_mode: 'custom', cpu_model: 'EPYC', cpu_features: [{ name: 'aes' }, { name: 'svm' }] },
    { cpu_mode: 'custom', cpu_model: 'EPYC', cpu_features: [{ name: 'svm', policy: 'disable' }] },
    [/>EPYC</, /<feature policy='disable' name='svm'\/>/],
    [/name='aes'/],
  ],
];

describe('what a task no longer applies', () => {
  it.each(rows)('%s', async (_, before, after, there, gone) => {
    const task = (options: Options) =>
      runThrice(hypervisor, 'libvirt_domain', {
        name: NAME,
        memory: '64 MiB',
        virt_type: 'qemu',
        ...options,
      });
    await undefine();
    await task(before);
    await task(after);
    const { stdout } = await hypervisor.exec(['virsh', 'dumpxml', '--inactive', '--security-info', NAME]);
    const definition = stdout.replace(/<metadata>[\s\S]*<\/metadata>/, '');
    for (const pattern of there) expect(definition).toMatch(pattern);
    for (const pattern of gone) expect(definition).not.toMatch(pattern);
  });
});
