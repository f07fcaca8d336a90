import type { IdentityTable } from '../xml/merge.ts';
import type { Key, Keyed, KeyPath } from '../xml/pair.ts';
import type { Prefixes } from '../xml/parse.ts';

/** The prefixes that libvirt uses for its namespaces. */
export const LIBVIRT_PREFIXES: Prefixes = { 'http://libvirt.org/schemas/domain/qemu/1.0': 'qemu' };

/** `ua-…`: the only aliases that users choose (formatdomain, "Devices"). */
const ALIAS: Key = [{ path: 'alias/@name', only: /^ua-/ }];

const MAC: KeyPath = { path: 'mac/@address', anyCase: true };

/** What a NIC is connected to, by the kinds of source that it may have. */
const NETWORKS: readonly Key[] = [['source/@bridge'], ['source/@network'], ['source/@dev'], ['source/@name']];

const SOURCES: readonly Key[] = [
  ['source/@file'],
  ['source/@dev'],
  ['source/@protocol', 'source/@name'],
  ['source/@pool', 'source/@volume'],
  ['source/@dir'],
];

/** The host's device that a guest uses. */
const HOST_DEVICE = [
  '@mode',
  '@type',
  'source/address/@uuid',
  'source/address/@domain',
  'source/address/@bus',
  'source/address/@slot',
  'source/address/@function',
  'source/address/@device',
  'source/vendor/@id',
  'source/product/@id',
];

/** Items with a single identity key. */
const by = (...key: string[]): Keyed => ({ keys: [key], ordinal: key });

/**
 * Devices without an identity key: matched by their kind and then by their order. libvirt fills in the values that a
 * document omits.
 */
const byKind = (...paths: string[]): Keyed => ({ keys: [ALIAS], ordinal: paths, fallback: paths });

/** The one graphics card that the firmware uses; libvirt puts it first. */
const PRIMARY: Key = [{ path: 'model/@primary', only: /^yes$/ }];

/**
 * How the items of a domain's repeated elements are matched. Source: libvirt's formatdomain. An element without a rule is
 * single, or one ordered value (`qemu:commandline`).
 */
export const DOMAIN_IDENTITY: IdentityTable = {
  'domain/devices/disk': {
    keys: [ALIAS, ['target/@dev'], ...SOURCES],
    ordinal: ['target/@dev', 'source/@file', 'source/@dev'],
  },
  'domain/devices/interface': {
    identity: [MAC],
    keys: [ALIAS, ['target/@dev'], ['acpi/@index'], ...NETWORKS],
    ordinal: ['@type', 'source/@bridge', 'source/@network', 'source/@dev'],
    fallback: ['@type'],
  },
  'domain/devices/controller': {
    keys: [ALIAS, ['@type', '@index', '@model']],
    ordinal: ['@type', '@index', '@model'],
    fallback: ['@type', '@index'],
  },
  'domain/devices/filesystem': { keys: [ALIAS, ['target/@dir']], ordinal: ['target/@dir', 'source/@dir'] },
  'domain/devices/serial': { keys: [ALIAS, ['target/@port']], ordinal: [] },
  'domain/devices/parallel': { keys: [ALIAS, ['target/@port']], ordinal: [] },
  'domain/devices/console': {
    // A console without a target is the first serial port (formatdomain, "Console").
    keys: [
      ALIAS,
      [
        { path: 'target/@type', missing: 'serial' },
        { path: 'target/@port', missing: '0' },
      ],
    ],
    ordinal: ['target/@type'],
    fallback: [],
  },
  'domain/devices/channel': {
    keys: [ALIAS, ['target/@name'], ['target/@address', 'target/@port']],
    ordinal: ['@type', 'target/@type', 'target/@name'],
  },
  'domain/devices/graphics': { keys: [['@type']], ordinal: ['@type'] },
  'domain/devices/audio': by('@id'),
  'domain/devices/input': byKind('@type', '@bus'),
  'domain/devices/video': { keys: [ALIAS, PRIMARY], ordinal: ['model/@type'], fallback: [] },
  'domain/devices/sound': byKind('@model'),
  'domain/devices/hostdev': { keys: [ALIAS], ordinal: HOST_DEVICE, fallback: HOST_DEVICE },
  'domain/devices/redirdev': byKind('@bus', '@type'),
  'domain/devices/smartcard': byKind('@mode', '@type'),
  'domain/devices/hub': byKind('@type'),
  'domain/devices/rng': byKind(),
  'domain/devices/tpm': byKind(),
  'domain/devices/watchdog': byKind('@model'),
  'domain/devices/panic': byKind('@model'),
  'domain/devices/memory': byKind('@model', 'target/node'),
  'domain/devices/shmem': { keys: [ALIAS, ['@name']], ordinal: ['@name'] },
  'domain/devices/lease': by('lockspace', 'key'),
  'domain/devices/interface/filterref/parameter': by('@name'),
  'domain/devices/interface/vlan/tag': 'atomic',
  'domain/os/boot': 'atomic',
  'domain/seclabel': { keys: [['@model']], ordinal: ['@model'], fallback: ['@model'] },
  'domain/clock/timer': by('@name'),
  'domain/cpu/feature': by('@name'),
  'domain/cpu/numa/cell': { keys: [['@id']], ordinal: ['@id'], fallback: ['@id'] },
  'domain/cpu/numa/cell/distances/sibling': by('@id'),
  'domain/os/firmware/feature': by('@name'),
  'domain/cputune/vcpupin': by('@vcpu'),
  'domain/cputune/iothreadpin': by('@iothread'),
  'domain/numatune/memnode': by('@cellid'),
  'domain/iothreadids/iothread': by('@id'),
  'domain/blkiotune/device': by('path'),
  'domain/sysinfo': by('@type'),
  'domain/sysinfo/bios/entry': by('@name'),
  'domain/sysinfo/system/entry': by('@name'),
  'domain/sysinfo/baseBoard/entry': by('@name'),
  'domain/sysinfo/chassis/entry': by('@name'),
  'domain/sysinfo/entry': by('@name'),
  // Each program has one element of metadata, in its namespace.
  'domain/metadata/*': 'atomic',
};

/** The rule of a device class. @returns undefined for one whose devices are not matched */
export function deviceRule(name: string): Keyed | undefined {
  const rule = DOMAIN_IDENTITY[`domain/devices/${name}`];
  return rule === 'atomic' ? undefined : rule;
}
