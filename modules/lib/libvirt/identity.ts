import type { IdentityTable } from '../xml/merge.ts';
import type { Key, Keyed, KeyPath } from '../xml/pair.ts';
import type { Prefixes } from '../xml/parse.ts';

/** libvirt's own namespaces, by the prefix that it writes them with. */
export const LIBVIRT_PREFIXES: Prefixes = { 'http://libvirt.org/schemas/domain/qemu/1.0': 'qemu' };

/** `ua-…`: the only aliases that are the user's own (formatdomain, "Devices"). */
const ALIAS: Key = [{ path: 'alias/@name', only: /^ua-/ }];

/** MAC addresses are the same in any case. */
export const MAC: KeyPath = { path: 'mac/@address', anyCase: true };

/** What a NIC is connected to, by the kinds of source that it may have. */
const NETWORKS: readonly Key[] = [['source/@bridge'], ['source/@network'], ['source/@dev'], ['source/@name']];

const SOURCES: readonly Key[] = [
  ['source/@file'],
  ['source/@dev'],
  ['source/@protocol', 'source/@name'],
  ['source/@pool', 'source/@volume'],
  ['source/@dir'],
];

/** Which of the host's devices a guest has. */
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

/** A list whose items have one key each. */
const by = (...key: string[]): Keyed => ({ keys: [key], ordinal: key });

/**
 * Devices without a key of their own: told from their like by what they are, and then by their order. What a document
 * leaves out of it libvirt fills in.
 */
const byKind = (...paths: string[]): Keyed => ({ keys: [ALIAS], ordinal: paths, loose: paths });

/** The one graphics card that the firmware uses; libvirt puts it first. */
const PRIMARY: Key = [{ path: 'model/@primary', only: /^yes$/ }];

/**
 * How the items of a libvirt domain's repeated elements are matched. Source: libvirt's formatdomain, where an element
 * says what identifies it. An element that isn't listed is single, or one ordered value (`qemu:commandline`).
 */
export const DOMAIN_IDENTITY: IdentityTable = {
  'domain/devices/disk': {
    keys: [ALIAS, ['target/@dev'], ...SOURCES],
    ordinal: ['target/@dev', 'source/@file', 'source/@dev'],
  },
  'domain/devices/interface': {
    own: [MAC],
    keys: [ALIAS, ['target/@dev'], ['acpi/@index'], ...NETWORKS],
    ordinal: ['@type', 'source/@bridge', 'source/@network', 'source/@dev'],
    loose: ['@type'],
  },
  'domain/devices/controller': {
    keys: [ALIAS, ['@type', '@index', '@model']],
    ordinal: ['@type', '@index', '@model'],
    loose: ['@type', '@index'],
  },
  'domain/devices/filesystem': { keys: [ALIAS, ['target/@dir']], ordinal: ['target/@dir', 'source/@dir'] },
  'domain/devices/serial': { keys: [ALIAS, ['target/@port']], ordinal: [] },
  'domain/devices/parallel': { keys: [ALIAS, ['target/@port']], ordinal: [] },
  'domain/devices/console': {
    // One that says nothing of its target is the first serial port (formatdomain, "Console").
    keys: [
      ALIAS,
      [
        { path: 'target/@type', missing: 'serial' },
        { path: 'target/@port', missing: '0' },
      ],
    ],
    ordinal: ['target/@type'],
    loose: [],
  },
  'domain/devices/channel': {
    keys: [ALIAS, ['target/@name'], ['target/@address', 'target/@port']],
    ordinal: ['@type', 'target/@type', 'target/@name'],
  },
  'domain/devices/graphics': { keys: [['@type']], ordinal: ['@type'] },
  'domain/devices/audio': by('@id'),
  'domain/devices/input': byKind('@type', '@bus'),
  'domain/devices/video': { keys: [ALIAS, PRIMARY], ordinal: ['model/@type'], loose: [] },
  'domain/devices/sound': byKind('@model'),
  'domain/devices/hostdev': { keys: [ALIAS], ordinal: HOST_DEVICE, loose: HOST_DEVICE },
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
  'domain/seclabel': { keys: [['@model']], ordinal: ['@model'], loose: ['@model'] },
  'domain/clock/timer': by('@name'),
  'domain/cpu/feature': by('@name'),
  'domain/cpu/numa/cell': { keys: [['@id']], ordinal: ['@id'], loose: ['@id'] },
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
  // Each program's metadata is one value in a namespace of its own.
  'domain/metadata/*': 'atomic',
};

/** The rule of a device class. @returns undefined for one whose devices aren't told apart */
export function deviceRule(name: string): Keyed | undefined {
  const rule = DOMAIN_IDENTITY[`domain/devices/${name}`];
  return rule === 'atomic' ? undefined : rule;
}
