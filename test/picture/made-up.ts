import type { Cloud, CloudGuest, CloudHost, CloudInfo, CloudPort, Drift } from '../../picture/cloud.ts';

// Made-up clouds of the real shape. The same numbers give the same cloud.

const GiB = 2 ** 30;
const ROLES = ['web', 'db', 'cache', 'queue', 'build', 'mail'];
const VLANS = [10, 20, 30, 40] as const;

/** Names that would be markup, or code, if a page took them for it. */
export const NASTY = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "'-alert(3)-' & <b>bold</b> </script><!--",
];

/**
 * @param hosts how many hypervisors
 * @param guests how many guests on each
 * @param nasty whether some names contain markup
 */
export function madeUp(hosts: number, guests: number, nasty = false): Cloud {
  return {
    version: 1,
    read_at: '2026-11-30T08:15:00Z',
    drift_checked: true,
    hosts: Array.from({ length: hosts }, (_, index) => hostOf(index + 1, hosts, guests, nasty)),
  };
}

/** One that couldn't be reached, with the guests that are declared for it. */
export function unreachable(name: string): CloudHost {
  return {
    name,
    address: '192.0.2.99',
    command: 'ssh root@192.0.2.99',
    problems: ['Unreachable: ssh: connect to host 192.0.2.99 port 22: No route to host'],
    drift: [],
    guest_commands: {},
    declared: {
      web91: { state: 'running', group: 'web', addresses: ['10.20.0.91'] },
      db91: { state: 'running', group: 'db', addresses: ['10.30.0.91'] },
    },
  };
}

const addressOf = (host: number) => `192.0.2.${10 + host}`;

const mac = (host: number, guest: number, nic: number) =>
  ['52', '54', '00', ...[host, guest, nic].map((part) => part.toString(16).padStart(2, '0'))].join(':');

function hostOf(number: number, hosts: number, guests: number, nasty: boolean): CloudHost {
  const name = `hv${number}`;
  const all = Array.from({ length: guests }, (_, index) => guestOf(number, index, nasty));
  const info = infoOf(number, hosts, all);
  return {
    name,
    address: addressOf(number),
    command: `ssh root@${addressOf(number)}`,
    problems: [],
    drift: driftOf(number, all),
    info,
    guest_commands: Object.fromEntries(
      all.map((guest) => [
        guest.name,
        `ssh -J root@${addressOf(number)} debian@${guest.addresses[0]?.address ?? guest.name}`,
      ]),
    ),
    declared: {
      ...Object.fromEntries(
        all.map((guest) => [
          guest.name,
          {
            state: 'running',
            group: guest.group ?? '',
            addresses: guest.addresses.map(({ address }) => address),
          },
        ]),
      ),
      ...(number % 2 === 1
        ? { [`new${number}`]: { state: 'running', group: 'web', addresses: [`10.20.${number}.250`] } }
        : {}),
    },
  };
}

function driftOf(host: number, guests: readonly CloudGuest[]): Drift[] {
  if (host % 3 !== 1) return [];
  const vm = guests[1];
  return [
    ...(vm
      ? [
          {
            kind: 'vms',
            name: vm.name,
            changes: ['memory: 1 GiB -> 2 GiB', 'vcpus: 1 -> 2'],
            diffs: [
              {
                title: `domain ${vm.name}`,
                before:
                  '<domain>\n  <name>x</name>\n  <memory>1048576</memory>\n  <vcpu>1</vcpu>\n</domain>\n',
                after:
                  '<domain>\n  <name>x</name>\n  <memory>2097152</memory>\n  <vcpu>2</vcpu>\n</domain>\n',
              },
            ],
          },
        ]
      : []),
    {
      kind: 'networks',
      name: 'lan',
      changes: ['dns: off -> on'],
      diffs: [{ title: 'dnsmasq', before: 'port=0\n', after: '' }],
    },
    { kind: 'vms', name: `new${host}`, changes: ['create', 'start'], diffs: [] },
    { kind: 'hypervisor', name: 'Install packages', changes: ['nftables'], diffs: [] },
  ];
}

function guestOf(host: number, index: number, nasty: boolean): CloudGuest {
  const role = ROLES[index % ROLES.length] ?? 'web';
  const vlan = VLANS[index % VLANS.length] ?? 10;
  const state = index % 7 === 4 ? 'shut off' : index % 17 === 9 ? 'paused' : 'running';
  const second = index % 5 === 2;
  const network = vlan === 20 ? 'lan' : vlan === 30 ? 'dmz' : undefined;
  const group = role;
  const plain = `${role}${host}-${Math.floor(index / ROLES.length) + 1}`;
  return {
    name: nasty && index < NASTY.length ? (NASTY[index] ?? plain) : plain,
    kind: 'vm',
    state,
    uuid: `00000000-0000-4000-8000-${String(host * 1000 + index).padStart(12, '0')}`,
    autostart: state === 'running',
    managed: index % 11 !== 8,
    memory: (1 + (index % 4)) * GiB,
    memory_max: (1 + (index % 4)) * GiB,
    vcpus: 1 + (index % 4),
    ...(index % 11 === 8 ? {} : { group, type: role === 'db' ? 'large' : 'small' }),
    disks: [
      {
        target: 'vda',
        device: 'disk',
        file: `/var/lib/libvirt/images/${plain}.qcow2`,
        format: 'qcow2',
        size: 20 * GiB,
        allocated: (2 + (index % 5)) * GiB,
        backing: '/var/lib/libvirt/templates/debian-12.qcow2',
      },
      { target: 'sda', device: 'cdrom', file: `/var/lib/libvirt/images/${plain}-seed.iso` },
    ],
    nics: [
      {
        mac: mac(host, index, 0),
        bridge: 'br0',
        ...(network ? { network } : {}),
        ...(state === 'running' ? { port: `vnet${index * 2}` } : {}),
        tag: vlan,
        model: 'virtio',
        link: true,
      },
      ...(second
        ? [
            {
              mac: mac(host, index, 1),
              bridge: 'br-storage',
              ...(state === 'running' ? { port: `vnet${index * 2 + 1}` } : {}),
              tag: 100,
              model: 'virtio',
              link: true,
            },
          ]
        : []),
    ],
    addresses: [
      { address: `10.${vlan}.${host}.${10 + index}`, mac: mac(host, index, 0), source: 'variables' },
      ...(second
        ? [{ address: `10.100.${host}.${10 + index}`, mac: mac(host, index, 1), source: 'agent' }]
        : []),
    ],
    restart_reasons:
      index % 9 === 3 && state === 'running' ? ['cpu model: host-model -> host-passthrough'] : [],
  };
}

const port = (bridge: string, name: string, type: string, more: Partial<CloudPort> = {}): CloudPort => ({
  bridge,
  name,
  type,
  managed: true,
  up: true,
  addresses: [],
  interfaces: [name],
  ...more,
});

function infoOf(host: number, hosts: number, guests: readonly CloudGuest[]): CloudInfo {
  const remotes = Array.from({ length: hosts }, (_, index) => index + 1).filter((other) => other !== host);
  const tunnels = remotes.map((other) =>
    port('br-storage', `vx${other}`, 'vxlan', { remote: addressOf(other), key: '5000' }),
  );
  const nearby = remotes
    .filter((other) => Math.floor((other - 1) / 5) === Math.floor((host - 1) / 5))
    .map((other) => port('br0', `gnv${other}`, 'geneve', { remote: addressOf(other), key: '77' }));
  const taps = guests.flatMap((guest) =>
    guest.nics.flatMap((nic) =>
      nic.port && nic.bridge
        ? [
            port(nic.bridge, nic.port, 'tap', {
              guest: guest.name,
              ...(nic.tag === undefined ? {} : { tag: nic.tag }),
            }),
          ]
        : [],
    ),
  );
  return {
    host: {
      hostname: `hv${host}`,
      release: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.1.0-41-amd64',
      uptime: 86_400 * (3 + host) + 7200,
      cpu: { model: 'AMD EPYC 7313P 16-Core Processor', count: 32, load: 2.5 + host },
      memory: { total: 128 * GiB, available: (20 + ((host * 13) % 90)) * GiB },
      filesystems: [
        { path: '/', size: 100 * GiB, available: 71 * GiB },
        { path: '/var/lib/libvirt/images', size: 1800 * GiB, available: 640 * GiB },
      ],
      versions: { libvirt: '9.0.0', qemu: '7.2.22', openvswitch: '3.1.0', dnsmasq: '2.90', node: '18.19.0' },
    },
    bridges: [
      { name: 'br0', datapath: 'system', managed: true, up: true },
      { name: 'br-storage', datapath: 'system', managed: true, up: true },
      ...(host % 4 === 1
        ? [{ name: 'br-test', datapath: 'netdev', managed: false, up: host % 8 === 1 }]
        : []),
    ],
    ports: [
      port('br0', 'br0', 'internal', { addresses: [`${addressOf(host)}/24`], mac: mac(host, 250, 0) }),
      port('br0', 'bond0', 'bond', { interfaces: ['eno1', 'eno2'], trunks: [10, 20, 30, 40] }),
      port('br-storage', 'enp65s0', 'system', { up: host % 6 !== 5, mac: mac(host, 251, 0) }),
      port('br0', 'mgmt0', 'internal', { tag: 5, addresses: [`10.5.0.${host}/24`], managed: host % 2 === 0 }),
      ...(host % 4 === 1
        ? [
            port('br0', 'p-test', 'patch', { peer: 'p-br0', tag: 40 }),
            port('br-test', 'p-br0', 'patch', { peer: 'p-test' }),
          ]
        : []),
      ...tunnels,
      ...nearby,
      ...taps,
    ],
    networks: [
      {
        name: 'lan',
        bridge: 'br0',
        vlan: 20,
        subnets: [`10.20.${host}.0/24`, `fd00:20:${host}::/64`],
        gateways: [`10.20.${host}.1`],
        dhcp: true,
        dns: true,
        nat: true,
        forwards: ['tcp 8080 -> web1:80'],
        service: host % 5 === 4 ? 'failed' : 'active',
        leases: [],
      },
      {
        name: 'dmz',
        bridge: 'br0',
        vlan: 30,
        subnets: [`10.30.${host}.0/24`],
        gateways: [`10.30.${host}.1`],
        dhcp: true,
        dns: false,
        nat: false,
        forwards: [],
        service: 'active',
        leases: [
          {
            address: `10.30.${host}.77`,
            mac: '52:54:00:aa:bb:cc',
            name: 'laptop',
            expires: '2026-12-01T00:00:00Z',
          },
        ],
      },
    ],
    guests,
    templates: [
      {
        file: '/var/lib/libvirt/templates/debian-12.qcow2',
        name: 'debian-12',
        format: 'qcow2',
        size: 2 * GiB,
        allocated: 450 * 2 ** 20,
        overlays: guests.map(({ name }) => name),
      },
    ],
  };
}
