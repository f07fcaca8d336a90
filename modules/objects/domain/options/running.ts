import { defineOptions } from '../../../lib/ansible/spec.ts';

/** What is done with the domain as a whole: whether it is there, runs, and what may be done to that end. */
export const RUNNING = defineOptions({
  state: {
    type: 'str',
    choices: ['present', 'running', 'stopped', 'paused', 'absent'],
    default: 'present',
    description: [
      'V(present) defines the domain and leaves it running or not.',
      'V(running) starts it as well, V(paused) has it started with its processors halted, V(stopped) shuts it down gracefully.',
      'V(absent) shuts it down gracefully and undefines it, with its NVRAM, its saved state and what libvirt knows of its snapshots. Its disks stay, unless O(remove_storage=true).',
    ],
  },
  autostart: { type: 'bool', description: 'Whether the domain starts with the host.' },
  restart: {
    type: 'str',
    choices: ['never', 'if_needed'],
    default: 'never',
    description: [
      'What is done about a change that a running guest cannot take.',
      'V(never) leaves the guest alone, and RV(restart_required) says that the change waits for its next start.',
      'V(if_needed) shuts it down gracefully, as for O(state=stopped), and starts it again.',
    ],
  },
  shutdown_timeout: {
    type: 'int',
    default: 120,
    minimum: 1,
    maximum: 86400,
    description: 'Seconds that the guest is given to shut down.',
  },
  force_off: {
    type: 'bool',
    default: false,
    description: 'Whether a guest that has not shut down within O(shutdown_timeout) is switched off.',
  },
  detach_timeout: {
    type: 'int',
    default: 20,
    minimum: 1,
    maximum: 3600,
    description:
      'Seconds that a running guest is given to let go of a device that is taken from it. One that it still holds then waits for the next start, as O(restart) says.',
  },
  unlisted_devices: {
    type: 'str',
    choices: ['keep', 'remove'],
    default: 'keep',
    description: [
      'What becomes of devices that neither this task nor an earlier one lists: somebody else added them.',
      'V(keep) leaves them and names them in a warning; V(remove) removes those of the kinds that this task lists, and with O(xml) those of all kinds.',
    ],
  },
  adopt: {
    type: 'bool',
    default: false,
    description:
      'Whether a domain that no task has changed so far is marked as kept by this one even where nothing is to be changed, so that what the task no longer states later is removed. Without it, it is marked with its first change.',
  },
  remove_storage: {
    type: 'bool',
    default: false,
    description: [
      "With O(state=absent), also removes the files of the domain's own writable disks. What other domains use as well, CDs, block devices and network disks stay.",
      'A disk whose file is a directory, or anything else than a regular file, is an error before anything is changed.',
      'Where it is not known what a disk of another domain is an overlay of, all files stay, and a warning says why.',
    ],
  },
});
