import { describe, expect, it } from 'vitest';
import { saidOfNetwork } from './said.ts';

type Mapping = Record<string, unknown>;

const eth0 = (value: Mapping, others: Mapping = {}) => ({
  version: 2,
  ethernets: { eth0: value },
  ...others,
});
const one = (subnet: Mapping, ...others: Mapping[]) => ({
  version: 1,
  config: [{ type: 'physical', name: 'eth0', subnets: [subnet] }, ...others],
});
const fixed = { type: 'static', address: '192.0.2.10/24' };

describe('a network-config that is right', () => {
  it.each<[string, Mapping]>([
    ['DHCP', eth0({ dhcp4: true })],
    ['disabled', { config: 'disabled' }],
    ['nothing but a version', { version: 2 }],
    [
      'addresses of both families',
      eth0({
        addresses: ['192.0.2.10/24', '2001:db8::10/64'],
        routes: [
          { to: 'default', via: '192.0.2.1' },
          { to: '::/0', via: '2001:db8::1' },
          { to: '::/0', via: 'fe80::1' },
          { to: '198.51.100.7', via: '192.0.2.2' },
        ],
        nameservers: { addresses: ['192.0.2.1', '2001:db8::1'] },
      }),
    ],
    [
      'a router on the link',
      eth0({
        addresses: ['192.0.2.10/32'],
        routes: [{ to: '0.0.0.0/0', via: '198.51.100.1', 'on-link': true }],
      }),
    ],
    [
      'a router that DHCP may make reachable',
      eth0({ dhcp4: true, routes: [{ to: '198.51.100.0/24', via: '192.0.2.1' }] }),
    ],
    [
      'one MAC address for a bond and its member',
      eth0(
        { match: { macaddress: '52:54:00:12:34:56' }, 'set-name': 'lan0' },
        {
          bonds: {
            bond0: { interfaces: ['eth0'], macaddress: '52:54:00:12:34:56', parameters: { primary: 'eth0' } },
          },
        },
      ),
    ],
    [
      'a tunnel as a link',
      eth0({}, { tunnels: { t0: { mode: 'gre' } }, vlans: { v: { id: 0, link: 't0' } } }),
    ],
    [
      'version 1',
      one(
        { ...fixed, gateway: '192.0.2.1' },
        { type: 'nameserver', address: '192.0.2.1', interface: 'eth0' },
      ),
    ],
    [
      'a netmask',
      one({ type: 'static', address: '192.0.2.10', netmask: '255.255.255.0', gateway: '192.0.2.1' }),
    ],
    ['a netmask behind the address', one({ type: 'static', address: '192.0.2.10/255.255.255.0' })],
    [
      'VLANs with the MAC address of their link',
      {
        version: 1,
        config: [
          { type: 'physical', name: 'eth0', mac_address: '52:54:00:12:34:56' },
          { type: 'vlan', name: 'eth0.5', vlan_link: 'eth0', vlan_id: 5, mac_address: '52:54:00:12:34:56' },
        ],
      },
    ],
  ])('%s', (_, document) => {
    expect(saidOfNetwork(document)).toEqual([]);
    expect(saidOfNetwork({ network: document })).toEqual([]);
  });
});

describe('the top', () => {
  it.each<[Mapping | string, string]>([
    [{ ethernets: {} }, "error needs 'version': the number 2 (as netplan) or 1"],
    [{ version: '2' }, 'error version: must be the number 2 (as netplan) or 1, without quotes'],
    [{ version: 3 }, 'error version: must be the number 2 (as netplan) or 1'],
    [{ network: { version: 3 } }, 'error network.version: must be the number 2 (as netplan) or 1'],
    [{ network: null }, "error network: must be a mapping with 'version: 2' or 'version: 1'"],
    [
      { network: { version: 2 }, renderer: 'networkd' },
      "error renderer: is outside 'network', so cloud-init ignores it: move it into 'network'",
    ],
    ['- version: 2', 'error line 1, column 1: must be a mapping'],
    [{ version: 2, ethernet: {} }, "error ethernet: is unknown; did you mean 'ethernets'?"],
    [{ version: 1 }, "error needs 'config'"],
    [{ version: 1, config: {} }, "error config: must be a list, or 'disabled'"],
  ])('%j', (document, message) => expect(saidOfNetwork(document)).toEqual([message]));
});

describe('addresses of version 2', () => {
  it.each<[Mapping, string]>([
    [
      eth0({ addresses: ['192.0.2.10'] }),
      'error ethernets.eth0.addresses[0]: has no prefix: write it as 192.0.2.10/24',
    ],
    [
      eth0({ addresses: ['2001:db8::1'] }),
      'error ethernets.eth0.addresses[0]: has no prefix: write it as 2001:db8::1/64',
    ],
    [eth0({ addresses: ['nowhere/24'] }), 'error ethernets.eth0.addresses[0]: is not an IP address'],
    [
      eth0({ addresses: ['192.0.2.10/33'] }),
      'error ethernets.eth0.addresses[0]: has an invalid prefix of an IPv4 address: write one from /0 to /32',
    ],
    [
      eth0({ addresses: ['192.0.2.10/255.255.255.0'] }),
      'error ethernets.eth0.addresses[0]: has an invalid prefix of an IPv4 address: write one from /0 to /32',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'] }, { bridges: { br0: { addresses: ['192.0.2.10/25'] } } }),
      'error bridges.br0.addresses[0]: is given twice: an address belongs to one interface',
    ],
    [
      eth0({ addresses: ['2001:db8::1/64', '2001:DB8:0::1/64'] }),
      'error ethernets.eth0.addresses[1]: is given twice: an address belongs to one interface',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'], routes: [{ to: 'default', via: '198.51.100.1' }] }),
      "error ethernets.eth0.routes[0].via: 198.51.100.1 is in no subnet of the interface, so it can't be reached; if it is on the link, write a route with 'on-link: true'",
    ],
    [
      eth0({ addresses: ['2001:db8::1/64'], routes: [{ to: '::/0', via: '2001:db9::1' }] }),
      'warning ethernets.eth0.routes[0].via: 2001:db9::1 is in no subnet of the interface: it is reached only if a router announces one',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'], routes: [{ to: 'default', via: '192.0.2.10' }] }),
      'error ethernets.eth0.routes[0].via: is an address of the interface itself',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'], routes: [{ to: '198.51.100.0/24', via: '2001:db8::1' }] }),
      'error ethernets.eth0.routes[0].via: is IPv6, but its destination is IPv4',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'], routes: [{ to: 'somewhere', via: '192.0.2.1' }] }),
      'error ethernets.eth0.routes[0].to: is not an IP address',
    ],
    [
      eth0({ addresses: ['192.0.2.10/24'], routes: [{ to: 'default', via: 'router' }] }),
      'error ethernets.eth0.routes[0].via: is not an IP address',
    ],
    [
      eth0({ dhcp4: true, nameservers: { addresses: ['dns'] } }),
      'error ethernets.eth0.nameservers.addresses[0]: is not an IP address',
    ],
  ])('%j', (document, message) => expect(saidOfNetwork(document)).toEqual([message]));

  it('gateways are outdated, and judged all the same', () => {
    const outdated = (family: 4 | 6, to: string) =>
      `warning ethernets.eth0.gateway${family}: is outdated: write 'routes' with 'to: ${to}' and 'via'`;
    expect(saidOfNetwork(eth0({ addresses: ['192.0.2.10/24'], gateway4: '192.0.2.1' }))).toEqual([
      outdated(4, '0.0.0.0/0'),
    ]);
    expect(saidOfNetwork(eth0({ addresses: ['2001:db8::1/64'], gateway6: '192.0.2.1' }))).toEqual([
      outdated(6, '::/0'),
      'error ethernets.eth0.gateway6: is not an IPv6 address',
    ]);
  });
});

describe('addresses of version 1', () => {
  it.each<[Mapping, string]>([
    [
      one({ type: 'static', address: '192.0.2.10', netmask: '255.0.255.0' }),
      'error config[0].subnets[0].netmask: is not a valid netmask of an IPv4 address: write one such as 255.255.255.0',
    ],
    [
      one({ type: 'static', address: '192.0.2.10' }),
      'warning config[0].subnets[0].address: has no netmask, and cloud-init would take /24: write it as 192.0.2.10/24',
    ],
    [
      one({ type: 'static', address: '192.0.2.10/33' }),
      'error config[0].subnets[0].address: has an invalid prefix of an IPv4 address: write one such as 255.255.255.0',
    ],
    [one({ type: 'static' }), "error config[0].subnets[0]: needs 'address'"],
    [
      one({ ...fixed, gateway: '198.51.100.1' }),
      'warning config[0].subnets[0].gateway: 198.51.100.1 is in no subnet of the interface: only a guest with netplan reaches it',
    ],
    [one({ ...fixed, gateway: 'router' }), 'error config[0].subnets[0].gateway: is not an IP address'],
    [
      one({ ...fixed, routes: [{ gateway: '192.0.2.1' }] }),
      "error config[0].subnets[0].routes[0]: needs 'network' or 'destination'",
    ],
    [
      one(fixed, { type: 'route', network: '198.51.100.0/24', gateway: '192.0.2.1' }),
      "error config[1]: needs 'destination'",
    ],
    [
      one(fixed, { type: 'route', destination: '203.0.113.0/24', gateway: '198.51.100.1' }),
      'warning config[1].gateway: 198.51.100.1 is in no subnet of the interface: only a guest with netplan reaches it',
    ],
    [
      one(fixed, { type: 'nameserver', address: ['dns'] }),
      'error config[1].address[0]: is not an IP address',
    ],
    [
      one(fixed, { type: 'nameserver', address: '192.0.2.1', interface: 'eth1' }),
      "error config[1].interface: is not the name of an interface in this document; did you mean 'eth0'?",
    ],
  ])('%j', (document, message) => expect(saidOfNetwork(document)).toEqual([message]));
});

describe('interfaces', () => {
  const mac = (macaddress: string) => ({ match: { macaddress } });
  it.each<[Mapping, string]>([
    [
      eth0({ 'set-name': 'lan0' }),
      "error ethernets.eth0.set-name: needs 'match' as well, which selects the device that gets this name",
    ],
    [
      eth0({}, { bonds: { bond0: { interfaces: ['eth9'] } } }),
      "error bonds.bond0.interfaces[0]: is not the key of an interface in this document; did you mean 'eth0'?",
    ],
    [
      eth0({}, { vlans: { v: { id: 5, link: 'wan' } } }),
      'error vlans.v.link: is not the key of an interface in this document',
    ],
    [
      eth0({}, { bonds: { bond0: { interfaces: ['eth0'], parameters: { primary: 'eth1' } } } }),
      "error bonds.bond0.parameters.primary: is not one of the bond's 'interfaces'",
    ],
    [
      eth0({}, { bridges: { a: { interfaces: ['eth0'] }, b: { interfaces: ['eth0'] } } }),
      'error bridges.b.interfaces[0]: is in two bonds or bridges, and can be in one only',
    ],
    [
      { version: 2, ethernets: { a: mac('52:54:00:ab:cd:ef'), b: mac('52:54:00:AB:CD:EF') } },
      'error ethernets.b.match.macaddress: is the MAC address of two interfaces',
    ],
    [
      eth0(mac('52-54-00-12-34-56')),
      "error ethernets.eth0.match.macaddress: is not a MAC address: write it as '52:54:00:12:34:56', with quotes",
    ],
    [eth0({}, { bridges: { eth0: {} } }), 'error bridges.eth0: is the name of two interfaces'],
    [eth0({}, { vlans: { v: { link: 'eth0' } } }), "error vlans.v: needs 'id'"],
    [
      eth0({}, { vlans: { v: { id: 4095, link: 'eth0' } } }),
      'error vlans.v.id: must be a whole number from 0 to 4094',
    ],
    [eth0({ dhcp4: 'no' }), 'warning ethernets.eth0.dhcp4: is a text: write true or false, without quotes'],
    [
      one({ type: 'dhcp' }, { type: 'vlan', name: 'v', vlan_id: 5, vlan_link: 'eth1' }),
      "error config[1].vlan_link: is not the name of an interface in this document; did you mean 'eth0'?",
    ],
    [
      one({ type: 'dhcp' }, { type: 'physical', name: 'eth0' }),
      'error config[1].name: is the name of two interfaces',
    ],
    [
      one({ type: 'dhcp' }, { type: 'physical', name: 'eth1', mac: 'x' }),
      "error config[1].mac: is unknown; did you mean 'mac_address'?",
    ],
    [
      one({ type: 'dhcp' }, { type: 'bond', name: 'bond0', bond_interfaces: ['eth0'] }),
      "error config[1]: needs 'params'",
    ],
  ])('%j', (document, message) => expect(saidOfNetwork(document)).toEqual([message]));
});
