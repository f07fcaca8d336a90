import { defineSpec } from '../lib/ansible/spec.ts';
import { KNOWN } from '../objects/image/catalogue.ts';
import { imageOptions } from '../objects/image/options.ts';

export const spec = defineSpec({
  module: 'image',
  summary: 'Keep the images from which the disks and roots of guests are made',
  description: [
    'Builds an image by debootstrap, downloads it, or copies it from the controller, once, and gives it a name in O(directory).',
    'An image whose name is in the catalogue of images that distributions publish needs no other key.',
    'A name is a symbolic link to a read-only template, C(by-checksum/….qcow2) beside it, as with M(piecewise.cloud.disk_template).',
    'With O(kind=container) it is the template of roots of containers, C(by-checksum/….tar). An existing root does not change when its template does.',
    'When the checksum or recipe changes, the name leads to a new template. The old one is kept while a disk is an overlay of it, and is removed by a later run.',
    'Leaving an image out of the mapping removes nothing.',
  ],
  attributes: {
    async: {
      support: 'partial',
      description: 'A task that copies a file of the controller cannot use C(poll=0).',
    },
  },
  seealso: ['piecewise.cloud.disk_template', 'piecewise.cloud.vm'],
  requirements: [
    'qemu-utils (qemu-img)',
    'debootstrap, e2fsprogs, fdisk and grub-pc-bin, for images that are built',
    'tar, and debootstrap for images that are built, with O(kind=container)',
    'fdisk with O(partition), and e2fsprogs with O(kernel)',
    'xz-utils, bzip2, zstd or tar, for files that are packed by them',
    'libvirt-clients (virsh), if guests have disks outside of C(/var/lib/libvirt)',
  ],
  list: {
    option: 'images',
    mapping: 'name',
    description: 'Several images in one task, by their names.',
  },
  options: imageOptions,
  rules: {
    mutuallyExclusive: [
      ['debootstrap', 'url', 'path'],
      ['debootstrap', 'checksum'],
      ['debootstrap', 'member'],
    ],
    requiredUnlessKnown: [['state', 'present', ['debootstrap', 'url', 'path'], 'name', KNOWN]],
    requiredBy: { url: ['checksum'], path: ['checksum'] },
  },
  notes: [
    'Long work shows its progress.',
    'A file of the controller is verified by O(checksum) on the controller, before it is copied.',
    'A built image has GRUB, one partition that grows with the disk, cloud-init and SSH, and calls its network interfaces C(eth0), C(eth1), ….',
    'Every run removes the templates in the directory to which no name leads and that no disk needs.',
  ],
  examples: `
- name: An image with Debian, built from the host's own apt sources
  piecewise.cloud.image:
    name: debian-12.qcow2
    debootstrap:
      suite: bookworm
      packages: [qemu-guest-agent]
      size: 4G

- name: The images of this host, from its variables
  piecewise.cloud.image:
    images: "{{ images }}"

- name: Images that Debian and Ubuntu publish, from a mirror
  piecewise.cloud.image:
    images:
      debian-12: {}
      ubuntu-24.04: {}
    mirror: https://mirror.example.org/cloud-images

- name: Images of another origin
  piecewise.cloud.image:
    images:
      fedora.qcow2:
        url: https://mirror.example.org/fedora.raw.xz
        checksum: sha256:https://mirror.example.org/SHA256SUMS
      mine.qcow2:
        path: files/mine.qcow2
        checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

- name: The first partition of a disk, for guests that boot by its kernel
  piecewise.cloud.image:
    name: root.qcow2
    url: https://mirror.example.org/debian-12-generic-amd64.tar.xz
    checksum: sha512:https://mirror.example.org/SHA512SUMS
    partition: 1
    kernel: true

- name: Roots of containers, built and from an archive
  piecewise.cloud.image:
    images:
      debian-12-root:
        kind: container
        debootstrap:
          suite: bookworm
          packages: [less]
      alpine-root:
        kind: container
        url: https://mirror.example.org/alpine-minirootfs-x86_64.tar.gz
        checksum: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

- name: An image that is no longer needed
  piecewise.cloud.image:
    name: debian-9.qcow2
    state: absent
`,
  returns: {
    name: { description: 'The image.', returned: 'always', type: 'str', sample: 'debian-12.qcow2' },
    dest: {
      description: "The path of the image's name.",
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/templates/debian-12.qcow2',
    },
    template: {
      description: 'The template that the name leads to.',
      returned: 'when the state is present',
      type: 'str',
      sample: '/var/lib/libvirt/templates/by-checksum/version-recipe-0123456789abcdef.qcow2',
    },
    needed: {
      description: 'Templates to which no name leads, with the disks that still need them.',
      returned: 'when there are any',
      type: 'dict',
      values: { description: 'The disks.', returned: 'always', type: 'list', elements: 'str' },
      sample: {
        '/var/lib/libvirt/templates/by-checksum/sha256-9f86d081.qcow2': [
          '/var/lib/libvirt/images/web1/disk.qcow2',
        ],
      },
    },
  },
});
