import { located, OptionError, optionAt } from '../../failure.ts';
import type { StringMap } from '../../ovsdb/types.ts';
import { encodeRefs, type Ref } from '../../ovsdb/types.ts';
import { guardAbsent, guardRow, insert, mutateRefs } from '../operations.ts';
import { PORT_COLUMNS } from '../rows/columns.ts';
import { isBond, type PortRows } from '../rows/database-index.ts';
import { interfaceKind } from '../rows/interfaces.ts';
import { TAKEN } from '../rows/maps.ts';
import { describeRow, type Given, planRow, type RowPlan, type Values } from '../rows/row.ts';
import { checkBond, checkVlans } from './checks.ts';
import { type MembersPlan, memberNames, planMembers } from './members.ts';
import {
  type Context,
  type Fate,
  guardPort,
  lostInterface,
  newRef,
  type Piece,
  together,
  updateRow,
} from './pieces.ts';
import type { DesiredPort } from './topology.ts';

/** The context of a port's plan. */
export interface PortContext extends Context {
  /** What the plans of the bridges do to devices, by port. */
  readonly fates: ReadonlyMap<string, Fate>;
}

/** Plans one port. @throws OptionError */
export function planPort(context: PortContext, desired: DesiredPort): Piece {
  const current = context.index.ports.get(desired.name);
  if (desired.state === 'absent') return removePort(context, desired, current);
  return current ? changePort(context, comparePort(context, desired, current)) : addPort(context, desired);
}

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

function portRow(desired: DesiredPort, members: number, current: Values = {}, owner?: string): RowPlan {
  return located(desired, () => {
    const plan = planRow(PORT_COLUMNS, 'Port', desired.columns, current, owner);
    const row = { ...current, ...plan.values };
    checkVlans(desired.columns, row);
    checkBond(desired.columns, row, members);
    return withTaken(desired, plan, current);
  });
}

/** The plan of a row with the record that the bridge has taken the addresses of this NIC, which outlives the option. */
function withTaken({ take, bridge }: DesiredPort, plan: RowPlan, current: Values): RowPlan {
  const ids = (plan.values.external_ids ?? current.external_ids ?? {}) as StringMap;
  if (!take || ids[TAKEN] === bridge) return plan;
  const isNew = Object.keys(current).length === 0;
  return {
    values: { ...plan.values, external_ids: { ...ids, [TAKEN]: bridge } },
    before: { ...plan.before, ...(!isNew && { take_address: false }) },
    after: { ...plan.after, ...(!isNew && { take_address: true }) },
  };
}

// An earlier task may make the bridge; in a check run it hasn't.
const missingBridge = ({ topology, index }: Context, { bridge, name }: DesiredPort): string[] =>
  topology.bridges.some((one) => one.name === bridge) || index.bridges.has(bridge)
    ? []
    : [`there is no bridge '${bridge}', which port '${name}' should be on: make it with ovs_bridge`];

/** @throws OptionError when a port is given an address and has no interface on the host */
function requireDevice(desired: DesiredPort, type: string, members: readonly string[]): void {
  const { addressing } = desired;
  if (!addressing) return;
  const option = addressing.addresses.length > 0 ? 'address' : 'mode';
  if (isBond(desired.name, members)) {
    if (addressing.mode === 'manual') return;
    const fix = `give it to the bridge, or to an internal port`;
    throw failure(desired, option, `a bond has no network interface of its own on the host: ${fix}`);
  }
  if (interfaceKind(type).device !== 'none') return;
  const fix = 'leave it out';
  throw failure(desired, option, `a port of type '${type}' has no network interface on the host: ${fix}`);
}

function addPort(context: PortContext, desired: DesiredPort): Piece {
  const { name, bridge } = desired;
  const missing = missingBridge(context, desired);
  // The plan of the bridge adds the bridge's own port.
  if (name === bridge) return { missing };
  const members = planMembers(context, desired);
  const { names, type } = members;
  requireDevice(desired, type, names);
  const plan = portRow(desired, names.length, {}, context.topology.owner);
  const ref = newRef('Port', name);
  const fake = desired.fake && { fake_bridge: true };
  const after = { bridge, port: name, ...members.after, type: type || 'system', ...plan.after, ...fake };
  const columns = { name, ...plan.values, ...fake };
  return together([
    { missing },
    members.piece,
    {
      guards: [guardAbsent('Port', name)],
      writes: [insert('Port', ref, columns, { interfaces: encodeRefs(members.joining) })],
      joining: [[bridge, ref]],
      changes: [{ title: `add ${nounOf(desired)} ${name}`, before: undefined, after }],
      fates: [[name, { device: 'new', type, bridge, ...bondOf(name, names) }]],
    },
  ]);
}

const nounOf = ({ fake }: DesiredPort) => (fake ? 'bridge' : 'port');

const bondOf = (name: string, members: readonly string[]) => (isBond(name, members) ? { members } : {});

/** What differs between a port as it is and as desired. */
export interface PortDelta {
  readonly desired: DesiredPort;
  readonly current: PortRows;
  readonly members: MembersPlan;
  readonly row: RowPlan;
  /** Whether the port moves to another bridge. */
  readonly moves: boolean;
  /** In the options' terms, only what changes. */
  readonly before: Given;
  readonly after: Given;
  readonly fate: Fate;
}

/** Compares a port with what is desired. @throws OptionError */
export function comparePort(context: PortContext, desired: DesiredPort, current: PortRows): PortDelta {
  const { name, bridge } = desired;
  const { port, interfaces } = current;
  const moves = current.bridge.name !== bridge;
  if (moves && name === current.bridge.name) {
    throw failure(desired, 'port', `'${name}' is the bridge's own port, which can't be on another bridge`);
  }
  if (moves && current.port.external_ids[TAKEN] === current.bridge.name) {
    const fix = "remove it there first ('state: absent'), which gives them back";
    throw failure(
      desired,
      'bridge',
      `the addresses of '${name}' are on bridge '${current.bridge.name}': ${fix}`,
    );
  }
  const members = planMembers(context, desired, current);
  const row = portRow(desired, members.names.length, port);
  requireDevice(desired, members.type, members.names);
  const { ofport_request, type: retype } = members.values;
  // vswitchd recreates an interface that gets another number, and it loses its addresses (measured).
  const renumbered = ofport_request !== undefined && ofport_request !== interfaces[0]?.ofport;
  const removed = retype !== undefined && interfaceKind(members.type).device === 'none';
  const recreated =
    moves || retype !== undefined || renumbered || context.fates.get(name)?.device === 'recreated';
  return {
    desired,
    current,
    members,
    row,
    moves,
    before: { ...(moves && { bridge: current.bridge.name }), ...members.before, ...row.before },
    after: { ...(moves && { bridge }), ...members.after, ...row.after },
    fate: {
      device: removed ? 'removed' : recreated ? 'recreated' : 'kept',
      type: members.type,
      before: interfaces[0]?.type ?? '',
      bridge,
      ...bondOf(name, members.names),
    },
  };
}

function changePort(context: Context, delta: PortDelta): Piece {
  const { desired, current, members, row, moves, before, after, fate } = delta;
  const { name, bridge } = desired;
  const { port } = current;
  const ref = { uuid: port._uuid };
  return together([
    { missing: missingBridge(context, desired) },
    members.piece,
    updateRow('Port', port, row),
    exchange(current, members.joining, 'insert'),
    exchange(
      current,
      members.leaving.map(({ _uuid: uuid }) => ({ uuid })),
      'delete',
    ),
    Object.keys(after).length > 0
      ? {
          guards: [guardPort(current)],
          changes: [{ title: `change ${nounOf(desired)} ${name}`, before, after }],
        }
      : {},
    // The row itself moves, and so keeps all its columns.
    moves
      ? { leaving: [[current.bridge.name, ref]], joining: [[bridge, ref]], interfaces: members.names }
      : {},
    { fates: [...members.leaving.flatMap((row) => lostInterface(context, row, bridge)), [name, fate]] },
  ]);
}

// Refused where another process has changed the port's interfaces since they were read.
function exchange({ port }: PortRows, refs: readonly Ref[], mutator: 'insert' | 'delete'): Piece {
  if (refs.length === 0) return {};
  const { _uuid: uuid, interfaces } = port;
  return {
    guards: [guardRow('Port', uuid, { interfaces })],
    writes: [mutateRefs('Port', { uuid }, 'interfaces', mutator, refs)],
  };
}

function removePort(context: Context, desired: DesiredPort, current: PortRows | undefined): Piece {
  const { name, bridge } = desired;
  if (!current) {
    // A killed run may have left the port's file. An interface of a bond keeps its file.
    const inBond = context.index.interfaces.has(name);
    return inBond ? {} : { fates: [[name, { device: 'removed', type: '', bridge }]] };
  }
  const on = current.bridge.name;
  if (on !== bridge) {
    return { warnings: [`port '${name}' is on bridge '${on}', and not on '${bridge}': it is kept there`] };
  }
  // The plan of an absent bridge removes its ports.
  if (context.topology.bridges.some((one) => one.name === on && one.state === 'absent')) return {};
  if (name === on) {
    throw failure(desired, 'port', `'${name}' is the bridge's own port: remove the bridge`);
  }
  const [device] = current.interfaces;
  const members = memberNames(desired, current);
  const bond = isBond(name, members);
  const lost = bond ? current.interfaces.flatMap((row) => lostInterface(context, row, bridge)) : [];
  const before = {
    bridge,
    port: name,
    ...(bond && { interfaces: members }),
    ...(device && !bond && describeRow(PORT_COLUMNS, 'Interface', device)),
    ...describeRow(PORT_COLUMNS, 'Port', current.port),
  };
  return {
    guards: [guardPort(current)],
    leaving: [[on, { uuid: current.port._uuid }]],
    changes: [{ title: `remove ${nounOf(desired)} ${name}`, before, after: undefined }],
    fates: [[name, { device: 'removed', type: device?.type ?? '', bridge }], ...lost],
  };
}
