import {
  any,
  anyMapping,
  both,
  choice,
  each,
  either,
  filled,
  is,
  listOf,
  mapping,
  mappingOf,
  oneOfKeys,
  outdated,
  type Schema,
  text,
  texts,
} from './dsl.ts';
import { flag, mac, name, number, prefix, renderer } from './netplan.ts';
import { bondParameters, bridgeParameters } from './network-v2-parameters.ts';

// What netplan 0.106 (Debian 12) to 1.1 (Debian 13) accepts: cloud-init passes a version 2 to it unchanged.

const overrides = mapping({
  ...each(flag, 'use-dns use-ntp send-hostname use-hostname use-mtu use-routes'),
  hostname: text,
  'route-metric': number,
  'use-domains': is("true, false or 'route'", {
    enum: [true, false, 'true', 'false', 'yes', 'no', 'on', 'off', 'route'],
  }),
});

const addressOptions = mapping({
  label: text,
  lifetime: is("'forever' or 0", { enum: ['forever', 0, '0'] }),
});
const address = either(
  "a text such as '192.0.2.10/24'",
  ['string', 'object'],
  { others: addressOptions },
  filled,
);

const route = mapping(
  {
    ...each(text, 'to via from'),
    ...each(number, 'metric table mtu congestion-window advertised-receive-window advmss'),
    'on-link': flag,
    type: choice(
      'unicast',
      'anycast',
      'blackhole',
      'broadcast',
      'local',
      'multicast',
      'nat',
      'prohibit',
      'throw',
      'unreachable',
      'xresolve',
    ),
    scope: choice('global', 'link', 'host'),
  },
  { required: ['to'] },
);

const rule = both(
  mapping({ ...each(prefix, 'from to'), ...each(number, 'table priority mark type-of-service') }),
  oneOfKeys("needs 'from' or 'to'", 'from', 'to'),
);

const gateway = (to: string) => outdated(text, `: write 'routes' with 'to: ${to}' and 'via'`);

/** The keys of all types of interfaces. */
const common: Record<string, Schema> = {
  renderer,
  ...each(flag, 'dhcp4 dhcp6 accept-ra ipv6-privacy optional critical ignore-carrier neigh-suppress hairpin'),
  'port-mac-learning': flag,
  'dhcp4-overrides': overrides,
  'dhcp6-overrides': overrides,
  'ra-overrides': anyMapping,
  'dhcp-identifier': choice('mac', 'duid'),
  'link-local': listOf(choice('ipv4', 'ipv6'), 'texts'),
  addresses: listOf(address, 'addresses'),
  gateway4: gateway('0.0.0.0/0'),
  gateway6: gateway('::/0'),
  nameservers: mapping({ search: texts, addresses: texts }),
  mtu: number,
  'ipv6-mtu': number,
  macaddress: mac,
  routes: listOf(route, 'routes'),
  'routing-policy': listOf(rule, 'mappings'),
  'activation-mode': choice('manual', 'off'),
  'optional-addresses': listOf(choice('ipv4-ll', 'ipv6-ra', 'dhcp4', 'dhcp6', 'static'), 'texts'),
  'ipv6-address-generation': choice('eui64', 'stable-privacy'),
  'ipv6-address-token': text,
  'infiniband-mode': choice('datagram', 'connected'),
  openvswitch: anyMapping,
  networkmanager: anyMapping,
};

const ethernet = mapping({
  ...common,
  match: mapping({
    name,
    macaddress: text,
    driver: either('a text', ['string', 'array'], { items: text }, filled),
  }),
  'set-name': name,
  ...each(
    flag,
    'wakeonlan emit-lldp receive-checksum-offload transmit-checksum-offload tcp-segmentation-offload ' +
      'tcp6-segmentation-offload generic-segmentation-offload generic-receive-offload large-receive-offload ' +
      'delay-virtual-functions-rebind',
  ),
  'virtual-function-count': number,
  'embedded-switch-mode': choice('switchdev', 'legacy'),
  link: text,
  auth: anyMapping,
});

const members = listOf(text, 'interfaces');
const vlanId = is('a whole number from 0 to 4094', {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: 4094 },
    { type: 'string', pattern: '^(?:[1-3]?\\d{1,3}|40[0-8]\\d|409[0-4])$' },
  ],
});

/** The schema of a network-config of version 2, without a top-level `network`. */
export const schema = mapping(
  {
    version: any,
    renderer,
    ethernets: mappingOf(ethernet),
    bonds: mappingOf(mapping({ ...common, interfaces: members, parameters: bondParameters })),
    bridges: mappingOf(mapping({ ...common, interfaces: members, parameters: bridgeParameters })),
    vlans: mappingOf(mapping({ ...common, id: vlanId, link: text }, { required: ['id', 'link'] })),
    'dummy-devices': mappingOf(mapping(common)),
    vrfs: mappingOf(mapping({ ...common, interfaces: members, table: number }, { required: ['table'] })),
    // Known by name only: netplan checks their contents.
    ...each(mappingOf(anyMapping), 'wifis tunnels modems virtual-ethernets nm-devices'),
    openvswitch: any,
  },
  { required: ['version'] },
);
