import { defineOptions } from '../../../lib/ansible/spec.ts';

/** The state of the domain as a whole, and what a task may do to reach it. */
export const RUNNING = defineOptions({
  state: {
    type: 'str',
    choices: ['present', 'running', 'stopped', 'paused', 'absent'],
    default: 'present',
    description: [
      'V(present) defines the domain, and neither starts nor stops it.',
      'V(running) also starts it, V(paused) also starts it but halts its virtual CPUs, V(stopped) also shuts it down gracefully. A container can only be paused while it runs: V(paused) starts one for a moment.',
      'V(absent) shuts it down gracefully and undefines it, with its NVRAM, its saved state and the metadata of its snapshots. Its disks are kept, unless O(remove_storage=true).',
    ],
  },
  autostart: { type: 'bool', description: 'Whether the domain starts with the host.' },
  restart: {
    type: 'str',
    choices: ['never', 'if_needed'],
    default: 'never',
    description: [
      'What to do about a change that cannot be applied to a running guest.',
      'V(never) keeps the guest running, and RV(restart_required) says that the change takes effect at its next start.',
      'V(if_needed) shuts it down gracefully, as for O(state=stopped), and starts it again.',
    ],
  },
  shutdown_timeout: {
    type: 'int',
    default: 120,
    minimum: 1,
    maximum: 86400,
    description: 'Seconds to wait for the guest to shut down.',
  },
  force_off: {
    type: 'bool',
    default: false,
    description: 'Whether to switch off a guest that has not shut down within O(shutdown_timeout).',
  },
  detach_timeout: {
    type: 'int',
    default: 20,
    minimum: 1,
    maximum: 3600,
    description:
      'Seconds to wait for a running guest to release a device that is detached. A device that it does not release is removed at its next start, as O(restart) says.',
  },
  unlisted_devices: {
    type: 'str',
    choices: ['keep', 'remove'],
    default: 'keep',
    description: [
      'What to do with devices that neither this task nor an earlier one lists, which others added.',
      'V(keep) keeps them and names them in a warning. V(remove) removes those of the kinds that this task lists; those of all kinds, if it has the whole definition (C(xml) of M(piecewise.cloud.libvirt_domain)).',
    ],
  },
  adopt: {
    type: 'bool',
    default: false,
    description:
      'Whether to mark the domain as managed by this task even if nothing changes, so that a later task removes what it no longer lists. By default a domain is marked at its first change.',
  },
  remove_storage: {
    type: 'bool',
    default: false,
    description: [
      "With O(state=absent), also removes the files of the domain's writable disks. CDs, block devices, network disks and what other domains use are kept.",
      'A disk that is a directory, or anything else than a regular file, is an error before anything is changed.',
      'If the backing files of a disk of another domain are unknown, all files are kept, and a warning says why.',
    ],
  },
});
