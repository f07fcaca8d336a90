import { choice, each, listOf, mapping, mappingOf } from './dsl.ts';

import { flag, ip4, name, number, time } from './netplan.ts';

/** The modes of a bond: the kernel's, and Open vSwitch's. */
export const bondMode = choice(
  'balance-rr',
  'active-backup',
  'balance-xor',
  'broadcast',
  '802.3ad',
  'balance-tlb',
  'balance-alb',
  'balance-tcp',
  'balance-slb',
);

/** The parameters of a bond in version 2: netplan(5). */
export const bondParameters = mapping({
  mode: bondMode,
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

/** The parameters of a bridge in version 2: netplan(5). */
export const bridgeParameters = mapping({
  ...each(time, 'ageing-time aging-time forward-delay hello-time max-age'),
  priority: number,
  'port-priority': mappingOf(number),
  'path-cost': mappingOf(number),
  stp: flag,
});
