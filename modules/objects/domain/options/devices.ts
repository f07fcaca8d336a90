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
    description: 'The address on the host that it listens on; by default that of libvirt, V(127.0.0.1).',
  },
  port: {
    type: 'int',
    minimum: 1,
    maximum: 65535,
    description: 'The port on the host; a free one each time the guest is started if it is not given.',
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
      'Screens of the guest that can be looked at over the network, one of each type. For V(spice), QEMU may need the package C(qemu-system-modules-spice).',
    elements: { type: 'dict', options: GRAPHICS },
  },
  video: {
    type: 'str',
    choices: ['none', 'vga', 'virtio', 'qxl', 'cirrus', 'bochs', 'ramfb'],
    description: 'The model of the graphics card; libvirt chooses one where there are O(graphics).',
  },
  console: {
    type: 'bool',
    description: 'A serial port that C(virsh console) reaches; a new domain has one. V(false) removes it.',
  },
  guest_agent: {
    type: 'bool',
    description:
      'The channel of the QEMU guest agent, by which libvirt asks a guest that runs the agent; a new domain has it. V(false) removes it.',
  },
  rng: {
    type: 'bool',
    description:
      'A random number generator, without which a guest waits for entropy when it makes its SSH host keys; a new domain has one. V(false) removes it.',
  },
  rng_source: {
    type: 'path',
    description: 'Where O(rng) takes its numbers from on the host; C(/dev/urandom) by default.',
  },
  tpm: {
    type: 'dict',
    description:
      'An emulated Trusted Platform Module (package C(swtpm-tools)); V({}) is one as newer guests want it.',
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
      'How many disks or interfaces a new V(q35) domain has room for beyond those it is defined with, while it runs; 8 if this is not given. V(0) leaves it to libvirt, which makes room for one. It changes nothing of a domain that is defined.',
  },
  extra_xml: {
    type: 'str',
    description: [
      'For what there is no option: a C(<domain>) of libvirt XML, laid over what the options state.',
      'Its devices change the one of the options that has the same key (V(target/@dev) of a disk or interface, …), and are added where there is none.',
    ],
  },
});
