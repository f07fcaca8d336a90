import { defineOptions } from '../../../lib/ansible/spec.ts';
import { DISK } from './disks.ts';
import { INTERFACE } from './interfaces.ts';

const GRAPHICS = defineOptions({
  type: {
    type: 'str',
    choices: ['vnc', 'spice'],
    default: 'vnc',
    description: 'The protocol.',
  },
  listen: {
    type: 'str',
    description: 'The address on the host to listen on; V(127.0.0.1) by default, as libvirt chooses.',
  },
  port: {
    type: 'int',
    minimum: 1,
    maximum: 65535,
    description: 'The port on the host; a free one at each start of the guest if this is not given.',
  },
  password: {
    type: 'str',
    secret: true,
    description: 'The password that a client must give; at most 8 characters for V(vnc).',
  },
});

/** The guest's devices. */
export const DEVICES = defineOptions({
  disks: {
    type: 'list',
    description: 'Disks, CDs and floppy disks of the guest.',
    elements: { type: 'dict', options: DISK },
  },
  interfaces: {
    type: 'list',
    description: 'Network interfaces of the guest.',
    elements: { type: 'dict', options: INTERFACE },
  },
  graphics: {
    type: 'list',
    description:
      'Graphical consoles of the guest that are reached over the network, at most one of each type. For V(spice), QEMU may need the package C(qemu-system-modules-spice).',
    elements: { type: 'dict', options: GRAPHICS },
  },
  video: {
    type: 'str',
    choices: ['none', 'vga', 'virtio', 'qxl', 'cirrus', 'bochs', 'ramfb'],
    description: 'The model of the graphics card; libvirt chooses one if O(graphics) are given.',
  },
  console: {
    type: 'bool',
    description:
      'Whether the guest has a serial console, which C(virsh console) opens; a new domain has one. V(false) removes it.',
  },
  console_log: {
    type: 'bool',
    description: [
      'Whether libvirt keeps what the guest prints on its serial console, in C(/var/log/libvirt/qemu/NAME.console) on the host; a new domain of C(qemu:///system) with a console keeps it. V(false) removes it from the definition.',
      'The file is emptied when the guest starts. libvirt limits its size: 2 MiB and three older files, by C(max_size) and C(max_backups) in C(virtlogd.conf).',
      "It takes effect at the guest's next start, for which no guest is restarted. A port that is not a C(pty), or that has another log, is kept as it is.",
    ],
  },
  guest_agent: {
    type: 'bool',
    description:
      'Whether the guest has the channel by which libvirt reaches a QEMU guest agent; a new domain has it. V(false) removes it.',
  },
  rng: {
    type: 'bool',
    description:
      'Whether the guest has a random number generator; a new domain has one. V(false) removes it. Without it, a guest may wait for entropy when it generates its SSH host keys.',
  },
  rng_source: {
    type: 'path',
    description: 'The device on the host that O(rng) reads; C(/dev/urandom) by default.',
  },
  tpm: {
    type: 'dict',
    description:
      'An emulated Trusted Platform Module (package C(swtpm-tools)); V({}) has the defaults, which suit current guests.',
    options: {
      model: {
        type: 'str',
        choices: ['tpm-crb', 'tpm-tis'],
        default: 'tpm-crb',
        description: 'The interface that the guest sees; V(tpm-crb) is for version 2.0 only.',
      },
      version: {
        type: 'float',
        choices: [1.2, 2],
        default: 2,
        description: 'The version of the specification.',
      },
    },
  },
  hotplug_slots: {
    type: 'int',
    minimum: 0,
    maximum: 32,
    description:
      'How many disks or interfaces can be attached to a new V(q35) domain while it runs, beyond those that it is defined with; 8 if this is not given. V(0) leaves it to libvirt, which has room for one. It does not change a defined domain.',
  },
  extra_xml: {
    type: 'str',
    description: [
      'A C(<domain>) of libvirt XML for what has no option. It is merged over the XML that the options give.',
      'A device in it changes the device of the options that has the same key (V(target/@dev) of a disk or interface, …), and is added if there is none.',
    ],
  },
});
