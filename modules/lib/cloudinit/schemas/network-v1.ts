import {
  any,
  both,
  choice,
  either,
  flag,
  is,
  keys,
  listOf,
  mapping,
  number,
  oneOfKeys,
  type Schema,
  text,
} from './dsl.ts';
import { bondParams, bridgeParams } from './network-v1-parameters.ts';

// What cloudinit/net/network_state.py reads, which is more than `cloud-init schema` knows.

const numberOrNull = either('a whole number', ['integer', 'null']);

const routeKeys: Record<string, Schema> = {
  network: text,
  destination: text,
  netmask: text,
  prefix: number,
  gateway: text,
  metric: number,
};

const route = mapping({ type: choice('route'), ...routeKeys }, { required: ['gateway'] });

const subnet: Schema = {
  ...mapping(
    {
      type: choice(
        'dhcp',
        'dhcp4',
        'dhcp6',
        'static',
        'static6',
        'manual',
        'ipv6_dhcpv6-stateful',
        'ipv6_dhcpv6-stateless',
        'ipv6_slaac',
      ),
      control: choice('auto', 'manual', 'hotplug'),
      address: text,
      netmask: text,
      prefix: number,
      metric: number,
      mtu: number,
      broadcast: text,
      gateway: text,
      scope: text,
      pointopoint: text,
      dns_nameservers: either('a list of addresses', ['array', 'string'], { items: text }),
      dns_search: either('a list of domains', ['array', 'string'], { items: text }),
      routes: listOf(
        both(route, oneOfKeys("needs 'network' or 'destination'", 'network', 'destination')),
        'routes',
      ),
      ipv4: flag,
      ipv6: flag,
    },
    { required: ['type'] },
  ),
  cases: {
    key: 'type',
    of: {
      static: { required: ['address'] },
      static6: { required: ['address'] },
    },
  },
};

// An interface's name has room for 15 characters in the kernel (IFNAMSIZ).
const name = is('a text of 1 to 15 characters, without spaces and /', {
  type: 'string',
  pattern: '^[^\\s/]{1,15}$',
});

const device: Record<string, Schema> = {
  type: any,
  name,
  mac_address: text,
  mtu: numberOrNull,
  subnets: listOf(subnet, 'mappings'),
  'accept-ra': flag,
  optional: flag,
  wakeonlan: flag,
  config_id: text,
};

const vlanId = is('a whole number from 0 to 4094', { type: 'integer', minimum: 0, maximum: 4094 });

const item: Schema = {
  ...mapping(
    {
      type: choice('physical', 'bond', 'bridge', 'vlan', 'nameserver', 'route', 'loopback', 'infiniband'),
    },
    { open: true, required: ['type'] },
  ),
  cases: {
    key: 'type',
    of: {
      physical: keys(device, { required: ['name'] }),
      loopback: keys(device, { required: ['name'] }),
      infiniband: keys(device, { required: ['name'] }),
      bond: keys(
        { ...device, bond_interfaces: listOf(text, 'interfaces'), params: bondParams },
        { required: ['name', 'bond_interfaces', 'params'] },
      ),
      bridge: keys(
        { ...device, bridge_interfaces: listOf(text, 'interfaces'), params: bridgeParams },
        { required: ['name', 'bridge_interfaces'] },
      ),
      vlan: keys(
        { ...device, vlan_link: text, vlan_id: vlanId },
        { required: ['name', 'vlan_link', 'vlan_id'] },
      ),
      nameserver: keys(
        {
          type: any,
          address: either('an address, or a list of addresses', ['string', 'array'], { items: text }),
          search: either('a list of domains', ['array', 'string'], { items: text }),
          interface: text,
        },
        { required: ['address'] },
      ),
      // cloud-init ignores a `network` here, with a line in its log.
      route: keys({ type: any, ...routeKeys }, { required: ['destination', 'gateway'] }),
    },
  },
};

/** The schema of a network-config of version 1, without a top-level `network`. */
export const schema = mapping(
  {
    version: any,
    config: either("a list, or 'disabled'", ['array'], { items: item }),
  },
  { required: ['version', 'config'] },
);
