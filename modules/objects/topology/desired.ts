import { located, OptionError, optionAt } from '../../lib/failure.ts';
import { checkControllers } from '../../lib/ovs/plan/controllers.ts';
import type { DesiredBridge, DesiredPort } from '../../lib/ovs/plan/topology.ts';
import { BRIDGE_COLUMNS, type Columns, PORT_COLUMNS } from '../../lib/ovs/rows/columns.ts';
import type { Given } from '../../lib/ovs/rows/row.ts';
import { addressingOf } from './addressing.ts';
import type { BridgeOptions, PortOptions } from './options.ts';
import { GIVEN_UP, takeOf } from './taking.ts';

// IFNAMSIZ is 16, and the name ends with a zero.
const LONGEST = 15;

/** @throws OptionError when a name can't be a network interface's */
function checkName(path: string, name: string): void {
  const problem =
    name.length > LONGEST
      ? `has ${name.length} characters, and the name of a network interface has at most ${LONGEST}`
      : !/^[\w.@+-]+$/.test(name) || /^\.{1,2}$/.test(name)
        ? 'can\'t be a network interface\'s name: use letters, digits and "_.@+-"'
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
  const take = located({ at }, () => takeOf(options));
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
    take,
    addressing: take ? GIVEN_UP : located({ at }, () => addressingOf(options)),
  };
}

/** A bridge, with the options of its own interface. */
export interface LocalAddressing {
  readonly bridge: DesiredBridge;
  readonly options: BridgeOptions;
}

/**
 * The ports of a task, and the own ports of its bridges that are given addresses.
 * @throws OptionError when a bridge and its own port both are
 */
export function withLocalPorts(
  owns: readonly LocalAddressing[],
  ports: readonly DesiredPort[],
): DesiredPort[] {
  const localPorts = new Map<string, DesiredPort>();
  for (const { bridge, options } of owns) {
    const { at, name, state } = bridge;
    const addressing = located({ at }, () => addressingOf(options));
    if (addressing && state === 'present')
      localPorts.set(name, { at, name, bridge: name, state, columns: {}, addressing });
  }
  const merged = ports.map((port) => {
    const ours = localPorts.get(port.name);
    if (!ours || port.bridge !== port.name) return port;
    if (port.addressing) {
      const fix = 'give its addresses in one place';
      throw new OptionError(
        optionAt(port.at, 'address'),
        `'${port.name}' already has addresses in ${ours.at}: ${fix}`,
      );
    }
    localPorts.delete(port.name);
    return { ...port, addressing: ours.addressing };
  });
  return [...localPorts.values(), ...merged];
}
