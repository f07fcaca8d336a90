import { descriptionText } from '../../modules/objects/move/description.ts';

/** Arguments for each module by which it would change something on a hypervisor that has none of it, if it does such things. */
export const ARGUMENTS: Readonly<Record<string, Record<string, unknown>>> = {
  cloud_info: {},
  cloudinit_iso: { dest: '/srv/contract/seed.iso', user_data: { hostname: 'contract' } },
  disk_image: { source: '/srv/contract/template.qcow2', dest: '/srv/contract/disk.qcow2', size: '1G' },
  disk_template: { source: '/srv/contract/template.qcow2', dest: '/srv/contract/named.qcow2', version: '1' },
  image: {
    name: 'image.qcow2',
    url: 'http://127.0.0.1/image.qcow2',
    checksum: `sha256:${'0'.repeat(64)}`,
    directory: '/srv/contract',
  },
  libvirt_domain: { name: 'contract', memory: '64 MiB', virt_type: 'qemu' },
  network: { name: 'contract', bridge: 'contract0', subnet: ['192.0.2.0/24'] },
  ovn_central: { name: 'hv1', members: { hv1: '127.0.0.1' } },
  ovn_certificate: { step: 'authorities' },
  ovn_chassis: { chassis: 'hv1', address: '127.0.0.1', members: ['127.0.0.1'] },
  ovn_info: {},
  ovn_migration: {
    step: 'begin',
    guest: 'web1',
    ports: ['5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01'],
    from: 'hv1',
    to: 'hv2',
  },
  ovn_topology: {
    networks: [{ name: 'contract', subnet: ['192.0.2.0/24'], dhcp: {} }],
    hypervisors: [{ name: 'hv1' }],
  },
  ovs_bridge: { bridge: 'contract0', datapath_type: 'netdev' },
  ovs_confirm: {},
  ovs_info: {},
  ovs_overlay: {
    host: 'hv1',
    members: { hv1: '127.0.0.1', hv2: '192.0.2.2' },
    bridge: 'contract0',
    bridge_defaults: { datapath_type: 'netdev' },
  },
  ovs_port: { bridge: 'contract0', port: 'contract1', tag: 25 },
  ovs_topology: {
    bridges: [{ name: 'contract0', datapath_type: 'netdev' }],
    ports: [{ bridge: 'contract0', port: 'contract1', tag: 25 }],
  },
  vm: {
    name: 'contract-vm',
    memory: '64 MiB',
    virt_type: 'qemu',
    archive_name: 'template.qcow2',
    image_directory: '/srv/contract',
    directory: '/srv/contract',
  },
  vm_info: {},
  vm_move: {
    ...{ name: 'contract-vm', step: 'abandon' },
    description: descriptionText({
      ...{ name: 'contract-vm', uuid: '00000000-0000-0000-0000-000000000001', state: 'running' },
      ...{
        runs: true,
        autostart: true,
        arch: 'x86_64',
        machine: 'q35',
        type: 'qemu',
        cpu: { host: '' },
        disks: [],
        files: [],
      },
      ...{ interfaces: [], attachments: {}, cannot: [], cannotLive: [], cannotCold: [] },
    }),
  },
};
