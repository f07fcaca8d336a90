import { defineSpec } from '../lib/ansible/spec.ts';
import { moveOptions } from '../objects/move/options.ts';

export const spec = defineSpec({
  module: 'vm_move',
  summary: 'One step of the move of a VM to another hypervisor',
  description: [
    'A VM moves with its disks, its definition, its seed, and what it has in networks: live, or while it is shut off. The role C(vm) takes the steps, on both hosts, where a VM that is declared for one host is found on another.',
    'Memory and disks go through Unix sockets, which one SSH connection from the old host to the new one forwards. Its key is made for this move, and may begin connections for six hours; it is withdrawn when the move ends. It runs no command, and reaches three sockets and no port.',
    'One of these sockets is that of libvirt: for the time of the move, who controls the old host controls the new one too.',
    'What a step returns is given to those after it.',
  ],
  seealso: ['piecewise.cloud.vm'],
  requirements: [
    'libvirt-clients (virsh)',
    'qemu-utils (qemu-img)',
    'openssh-client on the host that has the VM',
    'openssh-server on the other one',
    'a libvirt daemon at O(uri)',
  ],
  options: moveOptions,
  notes: [
    'Only disks in files that are in a directory of the name of the VM move, and nothing that is bound to a host, such as a device.',
    'The new host must have the bridges and networks of the VM, its machine type and, for a live move, what the running guest sees of its processor.',
  ],
  examples: `
- name: What the VM consists of
  piecewise.cloud.vm_move:
    step: describe
    name: web1
    to: 10.0.0.2
  delegate_to: hv1
  register: described

- name: Whether it can come, in check mode
  piecewise.cloud.vm_move:
    step: prepare
    name: web1
    from: hv1
    description: "{{ described.description }}"
    address: "{{ described.address }}"
  check_mode: true
`,
  returns: {
    name: { description: 'The name of the VM.', returned: 'always', type: 'str', sample: 'web1' },
    description: {
      description: 'What the VM consists of, for the other steps.',
      returned: 'with C(step=describe) and C(step=prepare); empty of a VM that has left this host',
      type: 'str',
    },
    public_key: {
      description: 'The public key of this move.',
      returned: 'with C(step=describe), not in check mode',
      type: 'str',
    },
    address: {
      description: 'The address from which this host reaches O(to); empty if it is not known.',
      returned: 'with C(step=describe)',
      type: 'str',
    },
    mode: {
      description: 'How the VM moves, C(live) or C(cold).',
      returned: 'with C(step=prepare)',
      type: 'str',
    },
    prepared: {
      description: 'Whether everything is made, so that the VM can be sent; false in check mode.',
      returned: 'with C(step=prepare)',
      type: 'bool',
    },
    arrived: {
      description: 'Whether the VM is here already, by an earlier run that was not completed.',
      returned: 'with C(step=prepare)',
      type: 'bool',
    },
    bring: {
      description: 'Templates of the VM that this host lacks.',
      returned: 'with C(step=prepare)',
      type: 'list',
      elements: 'dict',
      contains: {
        path: { description: 'The path on the old host.', returned: 'always', type: 'str' },
        to: { description: 'The path on this host.', returned: 'always', type: 'str' },
      },
    },
    host_keys: {
      description: 'The public host keys of the SSH server.',
      returned: 'with C(step=prepare)',
      type: 'list',
      elements: 'str',
    },
    ports: {
      description: 'The interface ids of the VM on the bridge of OVN.',
      returned: 'with C(step=prepare)',
      type: 'list',
      elements: 'str',
    },
    socket: {
      description: 'The socket of libvirt.',
      returned: 'with C(step=prepare)',
      type: 'str',
    },
    sent: {
      description: 'The files that were sent, with their digests; of a cold move.',
      returned: 'with C(step=send)',
      type: 'list',
      elements: 'dict',
      contains: {
        path: { description: 'The path.', returned: 'always', type: 'str' },
        sha256: { description: 'The digest.', returned: 'always', type: 'str' },
      },
    },
    seconds: {
      description: 'Seconds that it took, from the connection to the end.',
      returned: 'with C(step=send)',
      type: 'float',
    },
  },
});
