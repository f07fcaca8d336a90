import type { Release } from '../../../lab/packages.ts';

/** Documents of which cloud-init and we don't say the same, and why that is right. */
export interface Disagreement {
  readonly reason: string;
  /** Which of the two refuses the documents. */
  readonly refusedBy: 'cloud-init' | 'us';
  /** Whose cloud-init says so; the other one's agrees with us. */
  readonly releases: readonly Release[];
  readonly texts: readonly string[];
}

export const DISAGREEMENTS: readonly Disagreement[] = [
  {
    reason: 'The schema of 22.4 does not know this yet; that of 25.1 does.',
    refusedBy: 'cloud-init',
    releases: [12],
    texts: [
      'users: [{name: ops, no-log-init: true, no-user-group: true, create-groups: true, primary-group: x, selinux-user: x}]',
      "users: [{name: ops, hashed-passwd: '$6$rounds=4096$salt$abcdefghijklmnopqrstuvwxyz', plain-text-passwd: x, ssh-import-id: [gh:ops], ssh-redirect-user: false}]",
      'users: [{name: ops, sudo: [ALL=(ALL) ALL]}]',
      'users: [{name: ops, no-create-home: true}]',
      "users: [{name: ops, ssh-authorized-keys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS ops@example.org']}]",
      'users: [{name: ops, doas: [permit nopass ops]}]',
      "write_files: [{path: /etc/motd, source: {uri: 'https://example.org/x', headers: {A: b}}}]",
      "packages: [{apt: [vim, [curl, '7']], snap: [lxd]}]",
      "yum_repos: {epel: {mirrorlist: 'https://example.org'}}",
      'rh_subscription: {org: five}',
      "disk_setup: {/dev/vdb: {layout: [[50, '82']]}}",
      'ntp: {peers: [a], allow: [192.0.2.0/24]}',
      'locale: false',
      'rsyslog: {install_rsyslog: true, packages: [rsyslog]}',
    ],
  },
  {
    reason: 'A type error at boot (cloudinit/distros, write_sudo_rules): no sudo for the user.',
    refusedBy: 'us',
    releases: [12, 13],
    texts: ['users: [{name: ops, sudo: true}]'],
  },
  {
    reason: 'useradd refuses it at boot: there is no such user then.',
    refusedBy: 'us',
    releases: [12, 13],
    texts: ['users: [{name: ops, uid: many}]'],
  },
  {
    reason: 'What it means, which no schema sees.',
    refusedBy: 'us',
    releases: [12, 13],
    texts: [
      'write_files: [{path: etc/motd}]',
      'write_files: [{path: /etc/motd, permissions: rw-r--r--}]',
      "write_files: [{path: /etc/motd, content: '***', encoding: b64}]",
      '{version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], gateway4: 198.51.100.1}}}',
      '{version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24, 192.0.2.10/24]}}}',
      '{version: 2, ethernets: {eth0: {addresses: [192.0.2.10/32], routes: [{to: 0.0.0.0/0, via: 198.51.100.1}]}}}',
      '{version: 1, config: [{type: bond, name: bond0, bond_interfaces: [eth0], params: {}}]}',
      '{version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: 5000}]}',
      '{version: 1, config: [{type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: 5}]}',
      '{version: 1, config: [{type: nameserver, address: dns}]}',
    ],
  },
  {
    reason: "A slip in cloud-init's schema: its documentation and cc_disk_setup take a number.",
    refusedBy: 'cloud-init',
    releases: [12, 13],
    texts: ['fs_setup: [{label: data, filesystem: ext4, device: /dev/vdb, partition: 1}]'],
  },
  {
    reason: 'The schema of 22.4 leaves this open; that of 25.1 refuses it.',
    refusedBy: 'us',
    releases: [12],
    texts: [
      'chef: {chef_license: agreed}',
      'merge_how: 5',
      'merge_how: [{name: tuple, settings: [append]}]',
      'merge_how: []',
      'output: {all: 5}',
      'ubuntu_pro: {tokens: x}',
      'landscape: {client: {url: a}}',
      'merge_how: [{name: list}]',
      'merge_how: [{name: list, settings: [add]}]',
      'launch-index: one',
      'output: {config: [a]}',
      'output: {everything: x}',
    ],
  },
  {
    reason: 'netplan hands any text to networkd, which passes over this one.',
    refusedBy: 'us',
    releases: [12, 13],
    texts: [
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {transmit-hash-policy: layer7}}}}',
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-validate: some}}}}',
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-all-targets: some}}}}',
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {fail-over-mac-policy: some}}}}',
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {primary-reselect-policy: some}}}}',
      '{version: 2, ethernets: {eth0: {dhcp4: true, dhcp4-overrides: {use-domains: never}}}}',
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {ad-select: random}}}}',
    ],
  },
  {
    reason: 'netplan 0.106 hands this to networkd, which passes over it; netplan 1.1 refuses it.',
    refusedBy: 'us',
    releases: [12],
    texts: [
      '{version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {lacp-rate: medium}}}}',
    ],
  },
  {
    reason: '22.4 has no schema of a network-config, and reads this without a word; 25.1 refuses it.',
    refusedBy: 'us',
    releases: [12],
    texts: [
      '{version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{type: way, network: 198.51.100.0/24, gateway: 192.0.2.1}]}]}]}',
      '{version: 1, config: [{type: nameserver, address: 5}]}',
      '{version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp5}]}]}',
      '{version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, control: never}]}]}',
      '{version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{network: 198.51.100.0/24}]}]}]}',
      '{version: 1, config: [{type: physical, name: averyveryverylongname}]}',
      '{version: 1, config: [{type: physical, name: eth0, mtu: large}]}',
      "{version: 1, config: [{type: physical, name: eth0, mac: '52:54:00:12:34:56'}]}",
      '{version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond-mode: best}}]}',
      '{version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond_mode: active-backup}}]}',
      "{version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: '5'}]}",
      '{version: 1, config: {}}',
    ],
  },
  {
    reason: "cloud-init hands netplan a route with 'via: null' (cloudinit/net/netplan.py).",
    refusedBy: 'us',
    releases: [12, 13],
    texts: ['{version: 1, config: [{type: route, destination: 198.51.100.0/24}]}'],
  },
  {
    reason: 'The schema of 22.4 takes DSA, that of 25.1 does not: outdated, which is a warning of ours.',
    refusedBy: 'cloud-init',
    releases: [13],
    texts: [
      'ssh_keys: {dsa_private: key}',
      'ssh_genkeytypes: [dsa]',
      "phone_home: {url: 'http://example.org/', post: [pub_key_dsa]}",
    ],
  },
  {
    reason:
      "A key on top that the schema does not know is left alone at boot: an image's own settings have some. A warning of ours.",
    refusedBy: 'cloud-init',
    releases: [13],
    texts: [
      'datasource: {NoCloud: {}}',
      'datasource_list: [NoCloud]',
      'manual_cache_clean: true',
      'runcmds: [echo]',
      'hostnam: web',
    ],
  },
  {
    reason:
      'cloudinit/net/network_state.py reads it, whatever the schema says; with netplan it comes out right.',
    refusedBy: 'cloud-init',
    releases: [13],
    texts: [
      '{version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, control: hotplug, dns_nameservers: 192.0.2.1}]}]}',
      '{version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond-lacp-rate: fast}}]}',
      '{version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0], params: {bridge_stp: off}}]}',
      '{version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0]}]}',
      '{version: 1, config: [{type: loopback, name: lo, subnets: [{type: static, address: 192.0.2.10/32}]}]}',
      '{version: 1, config: [{type: infiniband, name: ib0}]}',
    ],
  },
  {
    reason: 'netplan asks only whether the interface is there, not whether it is in the bond.',
    refusedBy: 'us',
    releases: [12, 13],
    texts: [
      '{version: 2, ethernets: {eth0: {}, eth1: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {primary: eth1}}}}',
    ],
  },
];
