import { defineOptions } from '../../../lib/ansible/spec.ts';

/** The counters that can be limited, and what each counts (formatdomain, "iotune"). */
export const LIMITS = {
  total_bytes_sec: 'Bytes a second, read and written together.',
  read_bytes_sec: 'Bytes a second that are read.',
  write_bytes_sec: 'Bytes a second that are written.',
  total_iops_sec: 'Operations a second, reads and writes together.',
  read_iops_sec: 'Reads a second.',
  write_iops_sec: 'Writes a second.',
} as const;

type Limit = keyof typeof LIMITS;

interface LimitOption {
  readonly type: 'int';
  readonly minimum: 0;
  readonly maximum: number;
  readonly description: string;
}

const limit = (description: string): LimitOption => ({
  type: 'int',
  minimum: 0,
  // libvirt's own limit (QEMU_BLOCK_IOTUNE_MAX).
  maximum: 1_000_000_000_000_000,
  description,
});

const IOTUNE = Object.fromEntries(
  Object.entries(LIMITS).flatMap(([name, text]) => [
    [name, limit(text)],
    [`${name}_max`, limit(`The limit in a burst, in place of O(disks[].iotune.${name}).`)],
  ]),
) as Record<Limit | `${Limit}_max`, LimitOption>;

/** One of the guest's disks. */
export const DISK = defineOptions({
  source: {
    type: 'path',
    description:
      'The absolute path of the file or block device on the host; for a network disk its name on the server, such as V(pool/image) for V(rbd). A V(cdrom) or V(floppy) without a source is an empty drive.',
  },
  type: {
    type: 'str',
    choices: ['file', 'block', 'network'],
    description:
      'The kind of O(disks[].source); by default V(network) with O(disks[].protocol), V(block) for a path under C(/dev/), else V(file).',
  },
  device: {
    type: 'str',
    choices: ['disk', 'cdrom', 'floppy'],
    default: 'disk',
    description: 'The kind of drive that the guest sees.',
  },
  format: {
    type: 'str',
    choices: ['qcow2', 'raw'],
    description: 'The format of the image; by default V(qcow2) for the file of a V(disk), else V(raw).',
  },
  bus: {
    type: 'str',
    choices: ['virtio', 'scsi', 'sata', 'ide', 'usb', 'fdc'],
    description:
      'The bus; by default V(scsi) for a CD, V(fdc) for a floppy disk, else V(virtio). The kernel of a cloud image may have no driver for V(sata), and a V(q35) has no V(ide).',
  },
  target: {
    type: 'str',
    pattern: '[a-z]{2,3}[a-z]*',
    hint: 'a device name such as vda',
    description:
      'The device name, which identifies the disk within the domain. By default a disk keeps the one that the domain has for its O(disks[].source), else for its O(disks[].serial); a new one gets the next free name of its bus. A disk with O(disks[].serial) never takes the place of a disk with another one.',
  },
  cache: {
    type: 'str',
    choices: ['none', 'writeback', 'writethrough', 'directsync', 'unsafe'],
    description: 'How the host caches the disk; QEMU decides if this is not given.',
  },
  io: {
    type: 'str',
    choices: ['native', 'threads', 'io_uring'],
    description:
      'How the host reads and writes the disk. V(native) needs O(disks[].cache) V(none) or V(directsync).',
  },
  discard: {
    type: 'str',
    choices: ['unmap', 'ignore'],
    description: 'Whether blocks that the guest discards (trim) are freed on the host.',
  },
  serial: { type: 'str', description: 'The serial number that the guest sees.' },
  readonly: {
    type: 'bool',
    description: 'Whether the guest can only read the disk; a CD is always read-only.',
  },
  shareable: { type: 'bool', description: 'Whether several guests may use the disk at once.' },
  boot_order: {
    type: 'int',
    minimum: 1,
    description:
      'The position in the boot order, counted over all disks and interfaces. It excludes O(boot).',
  },
  iotune: {
    type: 'dict',
    options: IOTUNE,
    description: 'Limits on what the guest reads and writes; V(0) is no limit.',
  },
  protocol: {
    type: 'str',
    choices: ['rbd', 'iscsi', 'nbd', 'gluster', 'http', 'https', 'ftp', 'ftps'],
    description: 'The protocol of a network disk.',
  },
  hosts: {
    type: 'list',
    description:
      'The servers of a network disk. V(rbd) and V(gluster) may have several, the others have one.',
    elements: {
      type: 'dict',
      options: {
        name: { type: 'str', required: true, description: 'The name or address of the server.' },
        port: {
          type: 'int',
          minimum: 1,
          maximum: 65535,
          description: 'The port; that of the protocol by default.',
        },
      },
    },
  },
  auth: {
    type: 'dict',
    description: 'The account of the host on an V(rbd) or V(iscsi) server.',
    options: {
      username: { type: 'str', required: true, description: 'The user name.' },
      secret_uuid: {
        type: 'str',
        required: true,
        pattern: '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}',
        hint: 'the UUID of a libvirt secret (virsh secret-list), not the secret itself',
        description: 'The UUID of the libvirt secret that holds the key or password.',
      },
    },
  },
});
