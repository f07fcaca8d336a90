import { OptionError } from '../../failure.ts';
import { interfaceKind } from '../rows/interfaces.ts';
import type { Given, Values } from '../rows/row.ts';
import type { StringMap } from '../types.ts';

// What Open vSwitch would take and then not do: told before anything is written. A check looks at what a row will
// be, and complains only of an option that is given, so that what is there already is nobody's fault.

/** Whether an option is given, and not to clear. */
const gives = (given: Given, option: string) => {
  const value = given[option];
  return (
    value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0)
  );
};

/**
 * @param given the options of a bridge
 * @param row its row as it will be
 * @throws OptionError when both spanning tree protocols are on: vswitchd then runs RSTP alone
 */
export function checkBridge(given: Given, row: Values): void {
  if (!row.stp_enable || !row.rstp_enable) return;
  for (const [option, other] of [
    ['rstp_enable', 'stp_enable'],
    ['stp_enable', 'rstp_enable'],
  ] as const) {
    if (!gives(given, option)) continue;
    throw new OptionError(option, `a bridge has one of STP and RSTP: give '${other}: false' as well`);
  }
}

/**
 * ovs-vswitchd.conf.db(5), Port, "VLAN Configuration".
 * @param given the options of a port
 * @param row its own row as it will be
 * @throws OptionError when a VLAN option would be without effect
 */
export function checkVlans(given: Given, row: Values): void {
  const { tag, vlan_mode } = row;
  const mode = vlan_mode ?? (tag === undefined ? 'trunk' : 'access');
  if (gives(given, 'cvlans') && mode !== 'dot1q-tunnel') {
    throw new OptionError(
      'cvlans',
      `the port's VLAN mode is '${mode}': give 'vlan_mode: dot1q-tunnel' as well`,
    );
  }
  if (gives(given, 'trunks') && (mode === 'access' || mode === 'dot1q-tunnel')) {
    const why = vlan_mode === undefined ? `with the tag ${tag} it is an access port` : `it is '${mode}'`;
    const way =
      "give 'vlan_mode: native-untagged' (or native-tagged), or 'vlan_mode: trunk' and an empty 'tag'";
    throw new OptionError('trunks', `the port has no trunk, since ${why}: ${way}`);
  }
  if (mode === 'trunk' && tag !== undefined && (gives(given, 'tag') || gives(given, 'vlan_mode'))) {
    const way = "give 'vlan_mode: native-untagged' for a native VLAN, or an empty 'tag'";
    throw new OptionError(
      gives(given, 'vlan_mode') ? 'vlan_mode' : 'tag',
      `a trunk has no tag, and the port's is ${tag}: ${way}`,
    );
  }
}

/**
 * ovs-vswitchd.conf.db(5), Port, "Bonding Configuration".
 * @param given the options of a port
 * @param row its own row as it will be
 * @param members how many interfaces it will have
 * @throws OptionError when an option would be without effect, or the bond would carry nothing
 */
export function checkBond(given: Given, row: Values, members: number): void {
  for (const option of ['bond_mode', 'bond_updelay', 'bond_downdelay']) {
    if (members > 1 || !gives(given, option) || given[option] === 0) continue;
    throw new OptionError(option, "the port has one interface, and is no bond: give its 'interfaces'");
  }
  const off = (row.lacp ?? 'off') === 'off';
  if (row.bond_mode !== 'balance-tcp' || !off || members < 2) return;
  for (const option of ['bond_mode', 'lacp']) {
    if (option in given && given[option] !== undefined) {
      throw new OptionError(option, "'bond_mode: balance-tcp' needs LACP: give 'lacp: active' or passive");
    }
  }
}

/**
 * ovs-vswitchd.conf.db(5), Interface.
 * @param given the options of a port
 * @param row its interface's row as it will be
 * @param own whether it is the port that has its bridge's name
 * @throws OptionError when vswitchd would refuse the interface, or not do what an option says
 */
export function checkInterface(given: Given, row: Values, own: boolean): void {
  const type = own ? 'internal' : String(row.type || 'system');
  if (own) checkOwn(given);
  const { needs, plain } = interfaceKind(type);
  const options = (row.options ?? {}) as StringMap;
  if (needs && !options[needs] && (given.type !== undefined || given.options !== undefined)) {
    const what =
      needs === 'peer' ? 'the patch port at the other end' : 'the address of the other end, or flow';
    throw new OptionError('options', `a port of type '${type}' needs '${needs}': ${what}`);
  }
  if (plain && Object.keys((given.options ?? {}) as StringMap).length > 0) {
    throw new OptionError(
      'options',
      `a port of type '${type}' takes none: give its 'type', such as vxlan or patch`,
    );
  }
  if (!gives(given, 'mac')) return;
  if (type !== 'internal') {
    throw new OptionError(
      'mac',
      `Open vSwitch gives one to internal interfaces only, and this one is '${type}'`,
    );
  }
  if (Number.parseInt(String(given.mac).slice(0, 2), 16) & 1) {
    throw new OptionError('mac', `'${given.mac}' is a multicast address: make its second digit even`);
  }
}

// vswitchd logs "ignoring mac in Interface record (use Bridge record to set local port's mac)", and a bridge's own
// port is internal and has the number LOCAL whatever its row says.
function checkOwn(given: Given): void {
  const problem = "it is the bridge's own port";
  if (gives(given, 'type') && given.type !== 'internal') {
    throw new OptionError('type', `${problem}, which is internal: leave it out`);
  }
  if (gives(given, 'mac')) {
    throw new OptionError('mac', `${problem}: give the bridge 'other_config: {hwaddr: ...}' instead`);
  }
  if (gives(given, 'ofport_request')) {
    throw new OptionError('ofport_request', `${problem}, whose number is always LOCAL: leave it out`);
  }
}
