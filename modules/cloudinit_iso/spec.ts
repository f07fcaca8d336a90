import { defineSpec } from '../lib/ansible/spec.ts';
import { seedOptions } from '../objects/seed/options.ts';

export const spec = defineSpec({
  module: 'cloudinit_iso',
  summary: 'Write the seed that cloud-init configures a guest from',
  description: [
    'Writes a NoCloud seed, a volume labelled C(cidata) with user-data, meta-data and, where they are given, network-config, vendor-data and other files. No other program is needed; the same content gives the same bytes.',
    'What cloud-init would refuse or ignore is an error before the guest boots: invalid YAML, wrong types and values, networks that do not fit together.',
    'A seed with the same content is kept, whatever program wrote it. A damaged seed is replaced; a file that is not a seed is not.',
  ],
  list: { option: 'seeds', description: 'Several seeds in one task.' },
  seealso: ['piecewise.cloud.vm'],
  options: seedOptions,
  notes: [
    'No content is ever shown: a diff has the names of the keys that change, and a digest of each file.',
  ],
  examples: `
- name: A seed for a guest with a fixed address
  piecewise.cloud.cloudinit_iso:
    dest: /var/lib/libvirt/images/web1/cloud-init_ci.iso
    hostname: web1
    owner: libvirt-qemu
    group: libvirt-qemu
    user_data:
      ssh_authorized_keys:
        - "{{ lookup('ansible.builtin.file', '~/.ssh/id_ed25519.pub') }}"
    network_config:
      version: 2
      ethernets:
        eth0:
          match:
            macaddress: "52:54:00:12:34:56"
          set-name: eth0
          addresses: [192.168.192.130/29]
          routes:
            - to: 0.0.0.0/0
              via: 192.168.192.129

- name: A seed of several parts, with a file, that is applied whenever it changes
  piecewise.cloud.cloudinit_iso:
    dest: /var/lib/libvirt/images/db1/cloud-init_ci.iso
    instance_id: content
    user_data:
      - content:
          packages: [postgresql]
      - content: |
          #!/bin/sh
          mount -o ro LABEL=cidata /mnt && cp /mnt/ca/root.pem /usr/local/share/ca-certificates/root.crt
      - type: text/cloud-boothook
        filename: early.sh
        content: |
          #cloud-boothook
          echo begun >/run/begun
    extra_files:
      ca/root.pem:
        src: /etc/ssl/certs/our-root.pem

- name: Two seeds that are no longer needed
  piecewise.cloud.cloudinit_iso:
    state: absent
    seeds:
      - dest: /var/lib/libvirt/images/old1/cloud-init_ci.iso
      - dest: /var/lib/libvirt/images/old2/cloud-init_ci.iso
`,
  returns: {
    dest: {
      description: "The seed's file.",
      returned: 'always',
      type: 'str',
      sample: '/var/lib/libvirt/images/web1/seed.iso',
    },
    instance_id: {
      description: 'The instance-id in the seed.',
      returned: 'when O(state=present)',
      type: 'str',
      sample: 'web1',
    },
    applied: {
      description:
        'Whether a guest that has booted with the old seed will apply the changes. It applies most of them only with another instance-id.',
      returned: 'when an existing seed changes',
      type: 'bool',
    },
    applied_why: {
      description: 'Why it will, or will not.',
      returned: 'when an existing seed changes',
      type: 'str',
      sample: "its instance-id stays 'web1': a guest that has booted with it will not apply the change",
    },
  },
});
