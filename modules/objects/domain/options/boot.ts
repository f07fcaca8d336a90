import { defineOptions } from '../../../lib/ansible/spec.ts';

/** How the guest is booted. */
export const BOOT = defineOptions({
  firmware: {
    type: 'str',
    choices: ['bios', 'efi'],
    description: [
      'The firmware of the guest; a new domain has V(bios).',
      'V(efi) is UEFI: libvirt chooses an image on the host that fits (package C(ovmf)).',
    ],
  },
  secure_boot: {
    type: 'bool',
    description:
      'With O(firmware=efi), whether the guest boots signed software only, with the usual keys enrolled. libvirt chooses if this is not given.',
  },
  boot: {
    type: 'list',
    elements: { type: 'str', choices: ['hd', 'cdrom', 'network', 'fd'] },
    description:
      'The kinds of devices that the guest boots from, in order; a new domain boots from V(hd). To order the devices themselves, give O(disks[].boot_order) and O(interfaces[].boot_order) instead.',
  },
  kernel: {
    type: 'path',
    description: 'A kernel on the host that the guest boots directly, without a boot loader.',
  },
  initrd: { type: 'path', description: 'The initial RAM disk of O(kernel), on the host.' },
  cmdline: { type: 'str', description: 'The command line of O(kernel).' },
});
