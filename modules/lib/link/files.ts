import { parseIfupdown, renderIfupdown } from '../net/ifupdown.ts';
import { parseNetworkd, renderNetworkd } from '../net/networkd.ts';
import type { PortConfig, StoredConfig } from '../net/port.ts';

/** What brings a host's interfaces up at boot. */
export type Keeper = 'ifupdown' | 'networkd';

interface Files {
  readonly directory: string;
  /** A file's name is the prefix, the port's name and the suffix. */
  readonly prefix: string;
  /** The prefix of a file that gives a NIC its addresses back. */
  readonly returned: string;
  readonly suffix: string;
  readonly render: (config: PortConfig) => string;
  readonly parse: (text: string) => StoredConfig;
}

/**
 * Where each keeps a port's file, and what is in it. ifupdown's has the name that the blog gave it; networkd's sorts before
 * those of netplan, cloud-init and installers, since networkd uses the first one that matches.
 */
export const FILES: Record<Keeper, Files> = {
  ifupdown: {
    directory: '/etc/network/interfaces.d',
    prefix: 'ovs_port_',
    returned: 'uplink_',
    suffix: '',
    render: renderIfupdown,
    parse: parseIfupdown,
  },
  networkd: {
    directory: '/etc/systemd/network',
    prefix: '05-ovs-port-',
    returned: '06-uplink-',
    suffix: '.network',
    render: renderNetworkd,
    parse: parseNetworkd,
  },
};

export const KEEPERS = Object.keys(FILES) as Keeper[];

/** ifupdown's own file, see interfaces(5). */
export const INTERFACES = '/etc/network/interfaces';

/**
 * Starts systemd-networkd after Open vSwitch at boot: ovs-vswitchd takes a bridge with a userspace datapath down and up
 * when it sets its MAC address, and networkd, which may be configuring it meanwhile, then gives up.
 */
export const BOOT_ORDER = {
  path: '/etc/systemd/system/systemd-networkd.service.d/piecewise-cloud.conf',
  text: '# piecewise.cloud: the ports of Open vSwitch are there before systemd-networkd starts.\n[Unit]\nAfter=ovs-vswitchd.service\n',
} as const;

/** The path of a port's file. */
export function fileOf(keeper: Keeper, port: string): string {
  const { directory, prefix, suffix } = FILES[keeper];
  return `${directory}/${prefix}${port}${suffix}`;
}

/**
 * The path of the file of a NIC that isn't a port any more, with the addresses that its bridge gave back. It is the host's from then
 * on. networkd's sorts after that of a port, so that the bridge can take the addresses again.
 */
export function returnedFile(keeper: Keeper, nic: string): string {
  const { directory, returned, suffix } = FILES[keeper];
  return `${directory}/${returned}${nic}${suffix}`;
}

/** Where networkd's file was in release 0.1.0. */
export const formerFile = (port: string): string =>
  `${FILES.networkd.directory}/${FORMER_PREFIX}${port}${FILES.networkd.suffix}`;

const FORMER_PREFIX = '50-ovs-port-';

/** The port that a file of that name is for, or undefined for another file. */
export function portOf(keeper: Keeper, name: string): string | undefined {
  const { prefix: current, suffix } = FILES[keeper];
  const prefix = keeper === 'networkd' && name.startsWith(FORMER_PREFIX) ? FORMER_PREFIX : current;
  const ours =
    name.startsWith(prefix) && name.endsWith(suffix) && name.length > prefix.length + suffix.length;
  return ours ? name.slice(prefix.length, name.length - suffix.length) : undefined;
}
