import { CHASSIS_PORT, remote } from '../../lib/ovn/databases.ts';
import type { ChassisOptions } from './options.ts';

/** The keys of `external_ids` of Open vSwitch that make a host a chassis: see ovn-controller(8). */
export const KEYS = [
  'ovn-remote',
  'ovn-encap-type',
  'ovn-encap-ip',
  'ovn-bridge-datapath-type',
  'ovn-bridge-mappings',
] as const;

/** The key with the name of the chassis, which stays with Open vSwitch. */
export const NAME_KEY = 'system-id';

/** Where Open vSwitch reads the name at each start. */
export const NAME_FILE = '/etc/openvswitch/system-id.conf';

export type Settings = Readonly<Record<string, string>>;

/** The settings of a chassis. Pure. */
export function settingsOf(options: ChassisOptions): Settings {
  const { address, members, encapsulation, datapath_type, bridge_mappings, chassis } = options;
  const mappings = Object.entries(bridge_mappings).map(([network, bridge]) => `${network}:${bridge}`);
  return {
    [NAME_KEY]: chassis,
    'ovn-remote': members.map((one) => remote('ssl', one, CHASSIS_PORT)).join(','),
    'ovn-encap-type': encapsulation,
    'ovn-encap-ip': address,
    ...(datapath_type ? { 'ovn-bridge-datapath-type': datapath_type } : {}),
    ...(mappings.length > 0 ? { 'ovn-bridge-mappings': mappings.join(',') } : {}),
  };
}

/** The keys that change, before and after. Keys of others are no part of it. Pure. */
export function differences(
  current: Settings,
  desired: Settings,
): { before: Settings; after: Settings } | undefined {
  const keys = [NAME_KEY, ...KEYS].filter((key) => current[key] !== desired[key]);
  // The name stays when the host is no chassis any more.
  const changed = keys.filter((key) => key !== NAME_KEY || desired[key] !== undefined);
  if (changed.length === 0) return undefined;
  const pick = (map: Settings) =>
    Object.fromEntries(changed.flatMap((key) => (map[key] === undefined ? [] : [[key, map[key] ?? '']])));
  return { before: pick(current), after: pick(desired) };
}
