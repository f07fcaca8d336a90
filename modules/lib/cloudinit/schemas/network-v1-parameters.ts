import { each, is, mapping, number, scalar, text, texts } from './dsl.ts';
import { bondMode } from './network-v2-parameters.ts';

const BOND =
  'active-slave ad-actor-key ad-actor-sys-prio ad-actor-system ad-aggregator ad-num-ports ad-partner-key ' +
  'ad-partner-mac ad-select ad-user-port-key all-slaves-active arp-all-targets arp-interval arp-ip-target ' +
  'arp-validate downdelay fail-over-mac lacp-rate lp-interval miimon mii-status min-links num-grat-arp ' +
  'num-unsol-na packets-per-slave peer-notif-delay primary primary-reselect queue-id resend-igmp slaves ' +
  'tlb-dynamic-lb updelay use-carrier xmit-hash-policy';

// cloud-init takes them with hyphens, as ifenslave does, and with underscores, as the kernel does.
const bondNames = BOND.split(' ').flatMap((key) => [`bond-${key}`, `bond-${key.replaceAll('-', '_')}`]);

/** The parameters of a bond in version 1. */
export const bondParams = mapping({
  'bond-mode': bondMode,
  ...each(scalar, [...new Set(bondNames)].join(' ')),
});

/** The parameters of a bridge in version 1. */
export const bridgeParams = mapping({
  ...each(
    number,
    'bridge_ageing bridge_bridgeprio bridge_fd bridge_gcint bridge_hello bridge_maxage bridge_maxwait',
  ),
  bridge_hw: text,
  bridge_stp: is("true, false, 'on' or 'off'", { enum: ['on', 'off', true, false, 0, 1, '0', '1'] }),
  ...each(texts, 'bridge_ports bridge_pathcost bridge_portprio bridge_waitport'),
});
