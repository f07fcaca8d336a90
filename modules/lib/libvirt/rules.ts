import type { Rules } from '../xml/merge.ts';
import { deriveDomain } from './derived.ts';
import { DOMAIN_IDENTITY } from './identity.ts';

/**
 * Device classes of which libvirt adds no device by itself: one that a task doesn't list was added by another user.
 */
export const USER_ADDED = [
  'disk',
  'interface',
  'filesystem',
  'hostdev',
  'graphics',
  'redirdev',
  'smartcard',
  'rng',
  'tpm',
  'memory',
  'shmem',
  'vsock',
  'sound',
  'parallel',
] as const;

/** Elements that only group their children: `<features>` without `<pae/>` may still have `<acpi/>`. */
const CONTAINERS = [
  'domain/os',
  'domain/features',
  'domain/features/hyperv',
  'domain/features/kvm',
  'domain/devices',
  'domain/clock',
  'domain/cputune',
  'domain/memtune',
  'domain/blkiotune',
  'domain/numatune',
  'domain/memoryBacking',
  'domain/pm',
  'domain/metadata',
  'domain/iothreadids',
  'domain/devices/interface/virtualport/parameters',
];

/**
 * Kept when they are no longer desired: without them libvirt refuses the document, or the guest sees another machine.
 * Controllers are kept since other devices may be on them.
 */
const STICKY = [
  'domain/@type',
  'domain/name',
  'domain/uuid',
  'domain/genid',
  'domain/memory',
  'domain/os/type',
  'domain/devices/emulator',
  'domain/devices/controller',
  'domain/devices/memballoon',
  'domain/devices/interface/mac',
  'domain/devices/interface/virtualport/parameters/@interfaceid',
];

/** How domains are merged. */
export const DOMAIN_RULES: Rules = {
  identity: DOMAIN_IDENTITY,
  derive: deriveDomain,
  containers: new Set(CONTAINERS),
  sticky: new Set(STICKY),
};
