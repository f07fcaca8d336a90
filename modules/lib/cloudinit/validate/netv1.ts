import { type At, itemsIn, mappingsOf, oneOrMoreIn, textIn, textsOf } from './look.ts';
import type { GivenAddress, GivenRoute, Interface, Network } from './netmodel.ts';

type Mapping = Record<string, unknown>;

const DEVICES = ['physical', 'loopback', 'infiniband', 'bond', 'bridge', 'vlan'];

/** Reads a network-config of version 1: cloudinit/net/network_state.py. */
export function networkOf1(config: At<Mapping>): Network {
  const items = mappingsOf(itemsIn(config, 'config'));
  const typed = (...types: readonly string[]) =>
    items.filter(({ value }) => types.includes(String(value.type)));
  const nameservers = typed('nameserver');
  const interfaces = typed(...DEVICES).flatMap(interfaceOf);
  const subnets = typed(...DEVICES).flatMap(subnetsOf);
  return {
    version: 1,
    interfaces,
    routes: typed('route').map(routeOf),
    nameservers: [
      ...nameservers.flatMap((item) => oneOrMoreIn(item, 'address')),
      ...subnets.flatMap((subnet) => textsOf(itemsIn(subnet, 'dns_nameservers'))),
    ],
    users: nameservers.flatMap((item) => textIn(item, 'interface') ?? []),
  };
}

const subnetsOf = (item: At<Mapping>) => mappingsOf(itemsIn(item, 'subnets'));

function interfaceOf(item: At<Mapping>): Interface[] {
  const name = textIn(item, 'name');
  if (!name) return [];
  const subnets = subnetsOf(item);
  return [
    {
      name: name.value,
      path: name.path,
      // Other types may have the address of an interface below them.
      mac: textIn(item, 'mac_address'),
      addresses: subnets.flatMap((subnet) => addressOf(subnet, 'address') ?? []),
      gateways: subnets.flatMap((subnet) => textIn(subnet, 'gateway') ?? []),
      routes: subnets.flatMap((subnet) => mappingsOf(itemsIn(subnet, 'routes')).map(routeOf)),
      dynamic: new Set(subnets.flatMap(({ value }) => dynamicOf(String(value.type)))),
      members: [...textsOf(itemsIn(item, 'bond_interfaces')), ...textsOf(itemsIn(item, 'bridge_interfaces'))],
      link: textIn(item, 'vlan_link'),
    },
  ];
}

function dynamicOf(type: string): (4 | 6)[] {
  if (type === 'dhcp' || type === 'dhcp4') return [4];
  return /^(?:dhcp6|ipv6_)/.test(type) ? [6] : [];
}

function addressOf(holder: At<Mapping>, ...names: readonly string[]): GivenAddress | undefined {
  const address = names.map((key) => textIn(holder, key)).find(Boolean);
  const { prefix } = holder.value;
  return (
    address && {
      ...address,
      netmask: textIn(holder, 'netmask'),
      prefix: typeof prefix === 'number' ? prefix : undefined,
    }
  );
}

const routeOf = (route: At<Mapping>): GivenRoute => ({
  path: route.path,
  to: addressOf(route, 'destination', 'network'),
  via: textIn(route, 'gateway'),
  onLink: false,
});
