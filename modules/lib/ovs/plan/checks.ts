import { OptionError } from '../../failure.ts';
import type { StringMap } from '../../ovsdb/types.ts';
import { interfaceKind } from '../rows/interfaces.ts';
import type { Given, Values } from '../rows/row.ts';

// Refuses values that Open vSwitch would store and then ignore. A check looks at the row as it will be, and refuses only
// options that the task gives: existing columns are never an error.

/** Whether an option is given, and not to unset the column. */
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
    throw new OptionError(option, `a bridge can't run both STP and RSTP: give '${other}: false' as well`);
  }
}

/**
 * ovs-vswitchd.conf.db(5), Port, "VLAN Configuration".
 * @param given the options of a port
 * @param row the row in table Port as it will be
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
    const fix =
      "give 'vlan_mode: native-untagged' (or native-tagged), or 'vlan_mode: trunk' and an empty 'tag'";
    throw new OptionError('trunks', `the port has no trunk, since ${why}: ${fix}`);
  }
  if (mode === 'trunk' && tag !== undefined && (gives(given, 'tag') || gives(given, 'vlan_mode'))) {
    const fix = "give 'vlan_mode: native-untagged' for a native VLAN, or an empty 'tag'";
    throw new OptionError(
      gives(given, 'vlan_mode') ? 'vlan_mode' : 'tag',
      `a trunk has no tag, and the port's is ${tag}: ${fix}`,
    );
  }
}

/**
 * ovs-vswitchd.conf.db(5), Port, "Bonding Configuration".
 * @param given the options of a port
 * @param row the row in table Port as it will be
 * @param members how many interfaces it will have
 * @throws OptionError when an option would be without effect, or the bond would carry nothing
 */
export function checkBond(given: Given, row: Values, members: number): void {
  for (const option of ['bond_mode', 'bond_updelay', 'bond_downdelay']) {
    if (members > 1 || !gives(given, option) || given[option] === 0) continue;
    throw new OptionError(option, "the port has one interface, and so is not a bond: give its 'interfaces'");
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
 * @param isLocal whether it is the bridge's own port
 * @throws OptionError when vswitchd would refuse the interface, or ignore an option
 */
export function checkInterface(given: Given, row: Values, isLocal: boolean): void {
  const type = isLocal ? 'internal' : String(row.type || 'system');
  if (isLocal) checkLocal(given);
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
      `a port of type '${type}' has no options: give another 'type', such as vxlan or patch`,
    );
  }
  if (!gives(given, 'mac')) return;
  if (type !== 'internal') {
    throw new OptionError(
      'mac',
      `Open vSwitch sets it for internal interfaces only, and this one is '${type}'`,
    );
  }
  if (Number.parseInt(String(given.mac).slice(0, 2), 16) & 1) {
    throw new OptionError('mac', `'${given.mac}' is a multicast address: make its second digit even`);
  }
}

// vswitchd logs "ignoring mac in Interface record (use Bridge record to set local port's mac)", and a bridge's own
// port is internal and has the number LOCAL whatever its row has.
function checkLocal(given: Given): void {
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
