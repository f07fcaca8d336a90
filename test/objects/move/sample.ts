import type { Here } from '../../../modules/objects/move/arrival.ts';
import type { Description } from '../../../modules/objects/move/description.ts';

const DIGEST = 'a'.repeat(64);

/** A running guest with two disks. */
export const GUEST: Description = {
  format: 1,
  name: 'web1',
  uuid: '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51',
  state: 'running',
  runs: true,
  autostart: true,
  arch: 'x86_64',
  machine: 'pc-q35-7.2',
  type: 'kvm',
  cpu: { mode: 'custom', xml: '<cpu/>', host: 'AMD 25 1' },
  disks: [
    {
      ...{ target: 'vda', path: '/var/lib/libvirt/images/web1/disk.qcow2', format: 'qcow2', size: 2 ** 30 },
      ...{ allocated: 2 ** 20, clusterSize: 65536 },
      backing: { path: '/var/lib/libvirt/templates/by-checksum/x.qcow2', length: 100, sha256: DIGEST },
    },
    {
      target: 'vdb',
      path: '/var/lib/libvirt/images/web1/data.qcow2',
      format: 'qcow2',
      size: 2 ** 30,
      allocated: 2 ** 20,
    },
  ],
  files: [
    {
      path: '/var/lib/libvirt/images/web1/cloud-init_ci.iso',
      length: 100,
      sha256: DIGEST,
      mode: 0o600,
      isQemus: true,
    },
  ],
  interfaces: [{ mac: '52:54:00:00:00:01', bridge: 'ovs-lan' }],
  attachments: { '/etc/piecewise-cloud/networks/lan/names/web1': '10.0.0.5 web1\n' },
  cannot: [],
  cannotLive: [],
  cannotCold: [],
};

/** A host to which it can move. */
export const HERE: Here = {
  description: GUEST,
  domains: [
    {
      name: 'db1',
      uuid: '1b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51',
      state: 'running',
      persistent: true,
      macs: ['52:54:00:00:00:02'],
    },
  ],
  moving: undefined,
  isNoted: false,
  hasLeft: false,
  names: [],
  existing: [],
  interfaces: ['lo', 'ovs-lan'],
  libvirtNetworks: ['default'],
  networks: ['lan'],
  machineProblem: undefined,
  machines: ['pc-q35-7.2', 'pc-q35-7.1', 'pc-i440fx-7.2'],
  hostCpu: 'AMD 25 1',
  cpuProblem: undefined,
  available: 2 ** 40,
  server: new Map(),
  hostKeys: ['ssh-ed25519 AAAA'],
  socket: '/run/libvirt/libvirt-sock',
};
