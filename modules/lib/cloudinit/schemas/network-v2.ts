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

// What netplan 0.106 (Debian 12) to 1.1 (Debian 13) takes: cloud-init hands a version 2 to it as it is.

const SWITCH = is('true or false', {
  enum: [true, false, 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'Yes', 'No', 'True', 'False'],
});
// To cloud-init itself, where there is no netplan, a text is true, whatever it says.
const flag: Schema = {
  ...SWITCH,
  avoid: { check: { type: 'string' }, advice: 'is a text: write true or false, without quotes' },
};
const time = is("a number, or a text such as '100ms'", {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\d+(?:[a-z ].*)?$' },
  ],
});
const renderer = choice('networkd', 'NetworkManager', 'sriov');
const number = is('a whole number, 0 or more', {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\d+$' },
  ],
});

const mac = is("a MAC address as '52:54:00:12:34:56', quoted", {
  type: 'string',
  pattern:
    '^(?:(?:[0-9a-fA-F]{2}:){5}(?:(?:[0-9a-fA-F]{2}:){14})?[0-9a-fA-F]{2}|permanent|random|stable|preserve)$',
});

const prefix = is("an address or a network, such as '192.0.2.0/24'", {
  type: 'string',
  pattern: '^(?:[0-9a-fA-F:.]+(?:/\\d{1,3})?|default)$',
});
const ip4 = is('an IPv4 address', { type: 'string', pattern: '^\\d{1,3}(?:\\.\\d{1,3}){3}$' });
const name = is('a text, and not an empty one', { type: 'string', minLength: 1 });

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

/** What all kinds of interfaces have. */
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

const bondParameters = mapping({
  mode: choice(
    'balance-rr',
    'active-backup',
    'balance-xor',
    'broadcast',
    '802.3ad',
    'balance-tlb',
    'balance-alb',
    'balance-tcp',
    'balance-slb',
  ),
  'lacp-rate': choice('slow', 'fast'),
  ...each(time, 'mii-monitor-interval arp-interval up-delay down-delay learn-packet-interval'),
  ...each(
    number,
    'min-links gratuitous-arp gratuitious-arp packets-per-slave packets-per-member resend-igmp',
  ),
  'transmit-hash-policy': choice('layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'),
  'ad-select': choice('stable', 'bandwidth', 'count'),
  ...each(flag, 'all-slaves-active all-members-active'),
  'arp-ip-targets': listOf(ip4, 'IPv4 addresses'),
  'arp-validate': choice('none', 'active', 'backup', 'all'),
  'arp-all-targets': choice('any', 'all'),
  'fail-over-mac-policy': choice('none', 'active', 'follow'),
  'primary-reselect-policy': choice('always', 'better', 'failure'),
  primary: name,
});

const bridgeParameters = mapping({
  ...each(time, 'ageing-time aging-time forward-delay hello-time max-age'),
  priority: number,
  'port-priority': mappingOf(number),
  'path-cost': mappingOf(number),
  stp: flag,
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
    // Known by name only: what is in them is netplan's to check.
    ...each(mappingOf(anyMapping), 'wifis tunnels modems virtual-ethernets nm-devices'),
    openvswitch: any,
  },
  { required: ['version'] },
);
