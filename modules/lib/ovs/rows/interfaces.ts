/** What a type of interface is to the host, and what it can't do without: ovs-vswitchd.conf.db(5), "Interface". */
interface InterfaceKind {
  /**
   * Whose the network interface of that name is: the host's, or one that Open vSwitch makes and removes. A tunnel
   * and a patch port have none (measured: `ip link` shows nothing of their names).
   */
  readonly device: 'host' | 'switch' | 'none';
  /** The key of `options` without which vswitchd refuses it. */
  readonly needs?: 'remote_ip' | 'peer';
  /** It takes no `options`: vswitchd says "arguments provided to device that is not configurable". */
  readonly plain?: true;
}

const TUNNEL = { device: 'none', needs: 'remote_ip' } as const;

const KINDS = {
  system: { device: 'host', plain: true },
  internal: { device: 'switch', plain: true },
  tap: { device: 'switch', plain: true },
  patch: { device: 'none', needs: 'peer' },
  vxlan: TUNNEL,
  geneve: TUNNEL,
  gre: TUNNEL,
  ip6gre: TUNNEL,
  erspan: TUNNEL,
  ip6erspan: TUNNEL,
  gtpu: TUNNEL,
  bareudp: TUNNEL,
  srv6: TUNNEL,
  stt: TUNNEL,
  lisp: TUNNEL,
  afxdp: { device: 'host' },
  'afxdp-nonpmd': { device: 'host' },
  dpdk: { device: 'none' },
  dpdkvhostuserclient: { device: 'none' },
} as const satisfies Record<string, InterfaceKind>;

export type InterfaceType = keyof typeof KINDS;

/** The types that a port's interface can be given. Which of them there are depends on Open vSwitch's release. */
export const INTERFACE_TYPES = Object.keys(KINDS) as InterfaceType[];

/** @param type as the database has it: an empty one is `system`; one that isn't known is held to be the switch's */
export const interfaceKind = (type: string): InterfaceKind =>
  KINDS[(type || 'system') as InterfaceType] ?? { device: 'switch' };
