import { defineOptions } from '../../lib/ansible/spec.ts';

/** How a guest is moved from another hypervisor. */
export const MIGRATION = defineOptions({
  fallback: {
    type: 'str',
    choices: ['cold'],
    description:
      'What is done with a guest that cannot be moved live, such as to an unlike CPU: V(cold) shuts it down and moves it then. Without it, this is an error.',
  },
  bandwidth: {
    type: 'int',
    minimum: 1,
    maximum: 1_000_000,
    description: 'The most MiB that are sent per second; as many as the network takes by default.',
  },
  downtime: {
    type: 'int',
    minimum: 1,
    maximum: 2_000_000,
    description:
      'The milliseconds that a guest may stand still when it changes over; the default of libvirt is 300. A busy guest that is not done by then needs more.',
  },
  auto_converge: {
    type: 'bool',
    description:
      'Whether the processors of a guest that changes its memory faster than it is sent are slowed down until it can change over.',
  },
  timeout: {
    type: 'int',
    minimum: 1,
    maximum: 604_800,
    description: 'The seconds after which a guest is suspended until it has been moved; never by default.',
  },
  synchronous_writes: {
    type: 'bool',
    description:
      'Whether what the guest writes to its disks meanwhile is written on both hosts at once, so that busy disks converge too.',
  },
});
