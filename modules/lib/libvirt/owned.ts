import type { Rules } from '../xml/merge.ts';
import { deriveDomain } from './derived.ts';
import { DOMAIN_IDENTITY } from './identity.ts';

/**
 * Device classes that are the user's own: libvirt adds none of these by itself, so one that a task doesn't list was
 * added by somebody else.
 */
export const OWNED = [
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

/** Elements whose children are statements by themselves: `<features>` without `<pae/>` may still have `<acpi/>`. */
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
 * What stays though nobody states it any more: without it libvirt takes no document, or it would make something else
 * of the guest than it is known as. A controller goes with its last device at most, and that libvirt decides.
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

/** Everything that merging a domain needs. */
export const DOMAIN_RULES: Rules = {
  identity: DOMAIN_IDENTITY,
  derive: deriveDomain,
  containers: new Set(CONTAINERS),
  sticky: new Set(STICKY),
};
