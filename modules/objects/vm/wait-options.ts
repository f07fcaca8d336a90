import { defineOptions } from '../../lib/ansible/spec.ts';

/** How a task waits for a guest. */
export const WAIT = defineOptions({
  for: {
    type: 'str',
    choices: ['cloud_init', 'address', 'port', 'agent'],
    default: 'cloud_init',
    description: [
      'V(cloud_init): until C(cloud-init status) in the guest says done, so that its users, files and packages are complete. The guest agent tells it, or else the serial console, by the default C(final_message).',
      'V(address): until each interface that has an address, or gets one by DHCP, has it in the guest. The guest agent and cloud-init on the console tell it, and neighbours of the host.',
      'V(port): until O(wait.port) of one of the addresses takes a TCP connection from the host. V(agent): until the guest agent answers.',
    ],
  },
  port: {
    type: 'int',
    default: 22,
    minimum: 1,
    maximum: 65535,
    description: 'The TCP port of O(wait.for=port).',
  },
  timeout: {
    type: 'int',
    default: 300,
    minimum: 1,
    maximum: 86400,
    description: 'Seconds to wait, from when all VMs of the task have been made.',
  },
  on_failure: {
    type: 'str',
    choices: ['fail', 'warn'],
    default: 'fail',
    description:
      'Whether a guest that is not ready in time, or stops meanwhile, is an error or a warning. One that has run for long, and of which nothing on the host can tell before it is started again, is a warning at once.',
  },
});
