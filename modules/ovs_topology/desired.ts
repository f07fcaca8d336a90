import { OptionError } from '../lib/failure.ts';
import type { Addressing } from '../lib/net/port.ts';
import { BRIDGE_COLUMNS, type Columns, PORT_COLUMNS } from '../lib/ovs/columns.ts';
import { checkControllers } from '../lib/ovs/controllers.ts';
import type { Given } from '../lib/ovs/row.ts';
import { type DesiredBridge, type DesiredPort, located, optionAt } from '../lib/ovs/topology.ts';
import { addressingOf } from './addressing.ts';
import type { BridgeOptions, PortOptions } from './options.ts';

// IFNAMSIZ is 16, and the name ends with a zero.
const LONGEST = 15;

/** @throws OptionError when a name can't be a network interface's */
function checkName(path: string, name: string): void {
  const problem =
    name.length > LONGEST
      ? `has ${name.length} characters, and the name of a network interface has at most ${LONGEST}`
      : !/^[\w.@+-]+$/.test(name) || /^\.{1,2}$/.test(name)
        ? 'can\'t be a network interface\'s name: take letters, digits and "_.@+-"'
        : undefined;
  if (problem) throw new OptionError(path, `'${name}' ${problem}`);
}

const given = (columns: Columns, options: Given): Given =>
  Object.fromEntries(
    Object.keys(columns).flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );

/**
 * A bridge as options describe it.
 * @param at where the options stand, e.g. `bridges[1]`, or empty
 * @throws OptionError
 */
export function desiredBridge(at: string, name: string, options: BridgeOptions): DesiredBridge {
  checkName(optionAt(at, at ? 'name' : 'bridge'), name);
  const { state, controller } = options;
  located({ at }, () => checkControllers(controller ?? []));
  return { at, name, state, columns: given(BRIDGE_COLUMNS, options), controller, fake: fakeOf(at, options) };
}

function fakeOf(at: string, { parent, vlan }: BridgeOptions): DesiredBridge['fake'] {
  if (parent === undefined && vlan === undefined) return undefined;
  if (parent === undefined) throw new OptionError(optionAt(at, 'parent'), "is required with 'vlan'");
  if (vlan === undefined) throw new OptionError(optionAt(at, 'vlan'), "is required with 'parent'");
  checkName(optionAt(at, 'parent'), parent);
  return { parent, vlan };
}

/** A port as options describe it. @throws OptionError */
export function desiredPort(at: string, options: PortOptions): DesiredPort {
  const { bridge, port, state, interfaces, peer } = options;
  checkName(optionAt(at, 'bridge'), bridge);
  checkName(optionAt(at, 'port'), port);
  if (peer) {
    checkName(optionAt(at, 'peer.bridge'), peer.bridge);
    checkName(optionAt(at, 'peer.port'), peer.port);
  }
  const members = interfaces && [...new Set(interfaces)];
  members?.forEach((name, i) => {
    checkName(optionAt(at, `interfaces[${i}]`), name);
  });
  if (members?.length === 0 && state === 'present') {
    throw new OptionError(
      optionAt(at, 'interfaces'),
      "a port has at least one: leave it out, or give 'state: absent'",
    );
  }
  return {
    at,
    name: port,
    bridge,
    state,
    columns: given(PORT_COLUMNS, options),
    ...(state === 'present' && { members }),
    peer,
    take: takeOf(at, options),
    addressing: options.take_address ? GIVEN_UP : addressingOf(at, options),
  };
}

// It is up, and has nothing of its own.
const GIVEN_UP: Addressing = { mode: 'manual', addresses: [], routes: [], dns: [], dnsSearch: [] };

function takeOf(at: string, options: PortOptions): DesiredPort['take'] {
  const { take_address, rollback_timeout, state, type, bridge, port } = options;
  const failure = (option: string, problem: string) => new OptionError(optionAt(at, option), problem);
  if (!take_address) {
    if (rollback_timeout === undefined) return undefined;
    throw failure('rollback_timeout', "it is given without 'take_address: true'");
  }
  if (state === 'absent') return undefined;
  for (const option of ['interfaces', 'peer'] as const) {
    if (options[option])
      throw failure(option, "with 'take_address' the port is one NIC of the host: leave it out");
  }
  if ((type ?? 'system') !== 'system') {
    throw failure(
      'type',
      `a port of type '${type}' has no address of the host: leave it out, or give 'type: system'`,
    );
  }
  if (port === bridge) throw failure('port', 'a bridge takes the address of a NIC, and not its own');
  for (const option of ['mode', 'address', 'gateway', 'routes', 'dns', 'dns_search'] as const) {
    if (options[option] === undefined || options[option] === 'manual') continue;
    throw failure(option, "with 'take_address' the bridge has it: leave it out, or give it to the bridge");
  }
  return { seconds: rollback_timeout ?? 60 };
}

/**
 * The own port of a bridge, which has its name and its addresses.
 * @returns none where the options say nothing of them
 * @throws OptionError
 */
export function ownPort(at: string, name: string, options: BridgeOptions): DesiredPort[] {
  const addressing = options.state === 'present' ? addressingOf(at, options) : undefined;
  return addressing ? [{ at, name, bridge: name, state: 'present', columns: {}, addressing }] : [];
}
