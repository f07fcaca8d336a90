/** YAML, as ansible-doc prints it. */
export const EXAMPLES = `
- name: A guest on an Open vSwitch bridge, in VLAN 25
  piecewise.cloud.libvirt_domain:
    name: web1
    state: running
    autostart: true
    memory: 1 GiB
    vcpus: 2
    disks:
      - source: /var/lib/libvirt/images/web1/disk.qcow2
      - source: /var/lib/libvirt/images/web1/cloud-init_ci.iso
        device: cdrom
    interfaces:
      - source: ovs-wan1
        vlans: [25]

- name: The same from an XML template
  piecewise.cloud.libvirt_domain:
    xml: "{{ lookup('ansible.builtin.template', 'domain.xml.j2') }}"
    state: running

- name: A trunk with an untagged VLAN, limits, and room to grow while it runs
  piecewise.cloud.libvirt_domain:
    name: router1
    memory: 8 GiB
    current_memory: 2 GiB
    vcpus: 2
    vcpus_max: 8
    disks:
      - source: /var/lib/libvirt/images/router1.qcow2
        cache: none
        discard: unmap
        iotune:
          total_iops_sec: 500
          total_iops_sec_max: 2000
    interfaces:
      - source: ovs-wan1
        vlans: [25, 26]
        native_vlan: 1
        queues: 2
        bandwidth:
          inbound: {average: 12500, peak: 25000, burst: 4096}
          outbound: {average: 12500}

- name: UEFI, a TPM and a graphical console, with a restart if a change needs it
  piecewise.cloud.libvirt_domain:
    name: desk1
    memory: 4 GiB
    firmware: efi
    secure_boot: true
    tpm: {}
    graphics:
      - type: vnc
        password: "{{ desk1_vnc_password }}"
    disks:
      - source: /dev/vg0/desk1
    restart: if_needed

- name: Direct boot of a kernel on the host
  piecewise.cloud.libvirt_domain:
    name: buildserver
    memory: 512 MiB
    kernel: /var/lib/libvirt/kernels/vmlinuz
    initrd: /var/lib/libvirt/kernels/initrd.img
    cmdline: root=/dev/vda console=ttyS0
    disks:
      - source: /var/lib/libvirt/images/buildserver-disk0
        format: raw
    interfaces:
      - type: bridge
        source: br0

- name: A disk in Ceph, and settings that have no option
  piecewise.cloud.libvirt_domain:
    name: db1
    memory: 2 GiB
    disks:
      - protocol: rbd
        source: pool/db1
        hosts:
          - name: ceph1.example.com
            port: 6789
          - name: ceph2.example.com
        auth:
          username: libvirt
          secret_uuid: 2a5b08e4-3dca-4ff9-9a1d-40389758d081
    extra_xml: |
      <domain>
        <memoryBacking><hugepages/></memoryBacking>
        <devices>
          <watchdog model='itco' action='reset'/>
        </devices>
      </domain>

- name: A container with users of its own, whose root directory exists
  piecewise.cloud.libvirt_domain:
    uri: lxc:///system
    name: proxy1
    state: running
    autostart: true
    memory: 256 MiB
    vcpus: 1
    filesystems:
      - source: /var/lib/libvirt/containers/proxy1
        target: /
      - source: /srv/certificates
        target: /etc/certificates
        readonly: true
    idmap:
      target: 1000000
      count: 65536
    interfaces:
      - source: br-int
        vlans: [25]
        guest_device: eth0
        addresses: [10.25.0.10/24]
        gateways: [10.25.0.1]

- name: Remove two guests and keep their disks
  piecewise.cloud.libvirt_domain:
    state: absent
    domains:
      - name: old1
      - name: old2
`;
