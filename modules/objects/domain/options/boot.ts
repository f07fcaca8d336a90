import { defineOptions } from '../../../lib/ansible/spec.ts';

/** How the guest is booted. */
export const BOOT = defineOptions({
  firmware: {
    type: 'str',
    choices: ['bios', 'efi'],
    description: [
      'What boots the guest; a new domain has V(bios).',
      'V(efi) is UEFI: libvirt chooses the image that fits of those on the host (package C(ovmf)).',
    ],
  },
  secure_boot: {
    type: 'bool',
    description:
      'With O(firmware=efi), whether the image is one that boots only what is signed, with the usual keys enrolled. libvirt chooses if this is not given.',
  },
  boot: {
    type: 'list',
    elements: { type: 'str', choices: ['hd', 'cdrom', 'network', 'fd'] },
    description:
      'What the guest boots from, in this order; a new domain boots from V(hd). O(disks[].boot_order) and O(interfaces[].boot_order) say it for each device instead.',
  },
  kernel: { type: 'path', description: 'A kernel on the host that the guest is booted with directly.' },
  initrd: { type: 'path', description: 'The initial RAM disk that goes with O(kernel).' },
  cmdline: { type: 'str', description: 'The command line of O(kernel).' },
});
