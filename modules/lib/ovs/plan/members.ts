import { located, OptionError, optionAt } from '../../failure.ts';
import type { Ref } from '../../ovsdb/types.ts';
import { guardAbsent, insert } from '../operations.ts';
import { PORT_COLUMNS } from '../rows/columns.ts';
import { isBond, type PortRows } from '../rows/database-index.ts';
import { interfaceKind } from '../rows/interfaces.ts';
import { type Given, planRow, type RowPlan, type Values } from '../rows/row.ts';
import type { Row } from '../tables.ts';
import { checkInterface } from './checks.ts';
import { type Context, newRef, type Piece, together, updateRow } from './pieces.ts';
import type { DesiredPort, Topology } from './topology.ts';

/** The plan of a port's interfaces: one with the port's name, or those of a bond. */
export interface MembersPlan {
  /** The names of the interfaces after the task. */
  readonly names: readonly string[];
  readonly joining: readonly Ref[];
  readonly leaving: readonly Row<'Interface'>[];
  /** The columns that change, the same for all of a bond. */
  readonly values: Values;
  /** In the options' terms. */
  readonly before: Given;
  readonly after: Given;
  /** The interfaces' type. */
  readonly type: string;
  readonly piece: Piece;
}

/** The desired names of a port's interfaces, or the current ones where the task gives none. */
export const memberNames = (desired: DesiredPort, current: PortRows | undefined): readonly string[] =>
  desired.members ?? current?.interfaces.map(({ name }) => name) ?? [desired.name];

/** Plans a port's interfaces. @throws OptionError */
export function planMembers(context: Context, desired: DesiredPort, current?: PortRows): MembersPlan {
  const names = memberNames(desired, current);
  const bond = isBond(desired.name, names);
  const given = bond ? ofAll(desired) : desired.columns;
  const members = names.map((name) => planMember(context, desired, current, { name, bond, given }));
  const leaving = (current?.interfaces ?? []).filter(({ name }) => !names.includes(name));
  const joining = members.flatMap(({ joining }) => joining ?? []);
  const changed = joining.length + leaving.length > 0;
  const interfaces = current && { interfaces: current.interfaces.map(({ name }) => name).sort() };
  const plan = members
    .filter(({ joining }) => !joining || !current)
    .reduce((all, { plan }) => merged(all, plan), { values: {}, before: {}, after: {} } as RowPlan);
  return {
    names,
    joining,
    leaving,
    values: plan.values,
    before: { ...(bond && changed && interfaces), ...plan.before },
    after: { ...(bond && changed && { interfaces: [...names].sort() }), ...plan.after },
    type: members.at(-1)?.type ?? '',
    piece: together(members.map(({ piece }) => piece)),
  };
}

interface Member {
  readonly name: string;
  readonly bond: boolean;
  readonly given: Given;
}

interface MemberPlan {
  readonly plan: RowPlan;
  readonly type: string;
  /** The row that the port gets; undefined when it has it already. */
  readonly joining: Ref | undefined;
  readonly piece: Piece;
}

function planMember(
  context: Context,
  desired: DesiredPort,
  current: PortRows | undefined,
  { name, bond, given }: Member,
): MemberPlan {
  const existing = current?.interfaces.find((one) => one.name === name);
  const row = existing ?? released(context, desired, name);
  if (row) checkGiver(desired, row);
  const typed = typeOf(context, desired, name, bond);
  const columns = row ? given : { ...given, type: typed.type };
  const plan = interfaceRow(desired, columns, row);
  const type = String(plan.values.type ?? row?.type ?? columns.type);
  const changes = Object.keys(plan.values).length > 0;
  const ref = row ? { uuid: row._uuid } : newRef('Interface', name);
  const error = existing && !changes && existing.error;
  return {
    plan,
    type,
    joining: existing ? undefined : ref,
    piece: together([
      row ? updateRow('Interface', row, plan) : insertRow(ref, name, type, plan),
      {
        missing: !row || 'type' in plan.values ? typed.missing : [],
        interfaces: existing && !changes ? [] : [name],
        warnings: error ? [`port '${desired.name}' doesn't work: ${error}`] : [],
      },
    ]),
  };
}

const merged = (one: RowPlan, other: RowPlan): RowPlan => ({
  values: { ...one.values, ...other.values },
  before: { ...one.before, ...other.before },
  after: { ...one.after, ...other.after },
});

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

// The options that apply to all interfaces of a bond; the others would need the name of one.
const COMMON = ['type', 'mtu_request'];

function ofAll(desired: DesiredPort): Given {
  const columns = Object.entries(desired.columns).filter(
    ([name, value]) =>
      PORT_COLUMNS[name as keyof typeof PORT_COLUMNS]?.table === 'Interface' && value !== undefined,
  );
  const [other] = columns.find(([name]) => !COMMON.includes(name)) ?? [];
  if (other)
    throw failure(
      desired,
      other,
      `'${desired.name}' is a bond of several interfaces, which can't share it: leave it out`,
    );
  return Object.fromEntries(columns);
}

function interfaceRow(desired: DesiredPort, given: Given, current: Values | undefined): RowPlan {
  return located(desired, () => {
    const plan = planRow(PORT_COLUMNS, 'Interface', given, current);
    checkInterface(given, { ...current, ...plan.values }, desired.name === desired.bridge);
    return plan;
  });
}

// An interface that Open vSwitch makes has no addresses of the host.
function checkGiver(desired: DesiredPort, { name, type }: Row<'Interface'>): void {
  if (!desired.take || interfaceKind(type).device === 'host') return;
  const fix = `remove the port first ('state: absent'), and give the name of a NIC`;
  throw failure(
    desired,
    'take_address',
    `'${name}' has the type '${type}' in Open vSwitch, and is not a NIC of this host: ${fix}`,
  );
}

/** A new interface's type, and what the host lacks for it: an earlier task may make it, and in a check run hasn't. */
function typeOf({ devices, index }: Context, desired: DesiredPort, name: string, bond: boolean) {
  const { take } = desired;
  // The interface that gives its addresses is a NIC of the host.
  const given = (desired.columns.type as string | undefined) ?? (take && 'system');
  const exists = devices.has(name);
  // The interfaces of a bond are the host's.
  const type = given ?? (exists || bond ? 'system' : 'internal');
  const missing: string[] = [];
  const known = index.interfaceTypes;
  if (given !== undefined && known.length > 0 && !known.includes(given)) {
    const fix = `'ovs-vsctl get open_vswitch . iface_types' lists those it has`;
    missing.push(
      `port '${desired.name}': this host's Open vSwitch has no interfaces of type '${given}': ${fix}`,
    );
  }
  if ((given !== undefined || bond) && interfaceKind(type).device === 'host' && !exists) {
    const make = take ? '' : ", or 'type: internal' for one that Open vSwitch makes";
    const which = bond ? `no interface '${name}'` : 'no interface of that name';
    missing.push(`port '${desired.name}': this host has ${which}: give the name of one that exists${make}`);
  }
  return { type, missing };
}

/** An existing interface's row that no port has after this task. @throws OptionError when a port keeps it */
function released(context: Context, desired: DesiredPort, name: string): Row<'Interface'> | undefined {
  const { index, topology } = context;
  const row = index.interfaces.get(name);
  const holder = row && index.portOf(row);
  if (!row || !holder) return row;
  const other = holder.port.name;
  if (!keepsInterface(topology, holder, name)) return row;
  const bond = isBond(
    other,
    holder.interfaces.map((one) => one.name),
  );
  const what = bond ? `in the bond '${other}'` : `a port on bridge '${holder.bridge.name}'`;
  const fix = bond
    ? `remove it from the bond's 'interfaces' first`
    : `remove that port first ('state: absent'), if you like in the same task`;
  throw failure(desired, desired.members ? 'interfaces' : 'port', `'${name}' is already ${what}: ${fix}`);
}

/** Whether a port still has one of its interfaces after this task. */
function keepsInterface({ bridges, ports }: Topology, { port, bridge }: PortRows, name: string): boolean {
  const desired = ports.find((one) => one.name === port.name);
  if (desired?.state === 'present') return desired.members?.includes(name) ?? true;
  const removed = bridges.some((one) => one.name === bridge.name && one.state === 'absent');
  return desired?.bridge !== bridge.name && !removed;
}

const insertRow = (ref: Ref, name: string, type: string, { values }: RowPlan): Piece => ({
  guards: [guardAbsent('Interface', name)],
  writes: [insert('Interface', ref, { name, ...values, type: type === 'system' ? '' : type })],
});
