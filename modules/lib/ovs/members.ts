import { located, OptionError, optionAt } from '../failure.ts';
import { checkInterface } from './checks.ts';
import { PORT_COLUMNS } from './columns.ts';
import type { Draft } from './draft.ts';
import type { PortRows } from './index.ts';
import { interfaceKind } from './interfaces.ts';
import { guardAbsent, guardRow, insert, update } from './operations.ts';
import { type Given, planRow, type RowPlan, replaced, type Values } from './row.ts';
import type { Row } from './tables.ts';
import type { DesiredPort } from './topology.ts';
import type { Ref } from './types.ts';

/** What becomes of the interfaces of one port: mostly one, of the port's own name; those of a bond otherwise. */
export interface MembersPlan {
  /** As they will be, by name. */
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
}

/** The names of a port's interfaces as a task wants them, or as they are. */
export const memberNames = (desired: DesiredPort, current: PortRows | undefined): readonly string[] =>
  desired.members ?? current?.interfaces.map(({ name }) => name) ?? [desired.name];

/** A port whose interfaces don't have its name: a bond, if only of one for the time being. */
export const isBond = (port: string, members: readonly string[]): boolean =>
  members.length > 1 || (members[0] ?? port) !== port;

/** Puts what a port's interfaces need into the draft. @throws OptionError */
export function planMembers(draft: Draft, desired: DesiredPort, current?: PortRows): MembersPlan {
  const names = memberNames(desired, current);
  const bond = isBond(desired.name, names);
  const given = bond ? ofAll(desired) : desired.columns;
  const joining: Ref[] = [];
  let plans: RowPlan = { values: {}, before: {}, after: {} };
  let type = '';
  for (const name of names) {
    const own = current?.interfaces.find((one) => one.name === name);
    const row = own ?? released(draft, desired, name);
    if (row) checkGiver(desired, row);
    const wanted = row ? given : { ...given, type: typeOf(draft, desired, name, bond) };
    const plan = interfaceRow(desired, wanted, row);
    if (row && 'type' in plan.values) typeOf(draft, desired, name, bond);
    type = String(plan.values.type ?? row?.type ?? wanted.type);
    if (!own) joining.push(row ? { uuid: row._uuid } : insertOne(draft, name, type, plan));
    if (row) changeOne(draft, row, plan);
    if (!own || Object.keys(plan.values).length > 0) draft.interfaces.push(name);
    else if (own.error) draft.warnings.push(`port '${desired.name}' doesn't work: ${own.error}`);
    if (own || !current) plans = merged(plans, plan);
  }
  const leaving = (current?.interfaces ?? []).filter(({ name }) => !names.includes(name));
  const changed = joining.length + leaving.length > 0;
  const were = current && { interfaces: current.interfaces.map(({ name }) => name).sort() };
  return {
    names,
    joining,
    leaving,
    values: plans.values,
    before: { ...(bond && changed && were), ...plans.before },
    after: { ...(bond && changed && { interfaces: [...names].sort() }), ...plans.after },
    type,
  };
}

const merged = (one: RowPlan, other: RowPlan): RowPlan => ({
  values: { ...one.values, ...other.values },
  before: { ...one.before, ...other.before },
  after: { ...one.after, ...other.after },
});

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

// What can be said of all interfaces of a bond together. Of which of them the others would be, nobody can tell.
const COMMON = ['type', 'mtu_request'];

function ofAll(desired: DesiredPort): Given {
  const columns = Object.entries(desired.columns).filter(
    ([name, value]) =>
      PORT_COLUMNS[name as keyof typeof PORT_COLUMNS]?.table === 'Interface' && value !== undefined,
  );
  const [other] = columns.find(([name]) => !COMMON.includes(name)) ?? [];
  if (other) throw failure(desired, other, `'${desired.name}' is a bond of several interfaces: leave it out`);
  return Object.fromEntries(columns);
}

function interfaceRow(desired: DesiredPort, given: Given, current: Values | undefined): RowPlan {
  return located(desired, () => {
    const plan = planRow(PORT_COLUMNS, 'Interface', given, current);
    checkInterface(given, { ...current, ...plan.values }, desired.name === desired.bridge);
    return plan;
  });
}

// What Open vSwitch makes has nothing that its bridge could take.
function checkGiver(desired: DesiredPort, { name, type }: Row<'Interface'>): void {
  if (!desired.take || interfaceKind(type).device === 'host') return;
  const way = `remove the port first ('state: absent'), and give the name of a NIC`;
  throw failure(
    desired,
    'take_address',
    `'${name}' is ${type} to Open vSwitch, and not a NIC of this host: ${way}`,
  );
}

// An earlier task may make the NIC; in a check run it hasn't.
function typeOf(draft: Draft, desired: DesiredPort, name: string, bond: boolean): string {
  const { take } = desired;
  // What gives its addresses is a NIC of the host.
  const given = (desired.columns.type as string | undefined) ?? (take && 'system');
  const here = draft.devices.has(name);
  if (given !== undefined) draft.requireType(desired.name, given);
  // A bond is made of what there is.
  const type = given ?? (here || bond ? 'system' : 'internal');
  if ((given !== undefined || bond) && interfaceKind(type).device === 'host' && !here) {
    const make = take ? '' : ", or 'type: internal' for one that Open vSwitch makes";
    const way = `give the name of one that is there${make}`;
    const which = bond ? `no interface '${name}'` : 'no interface of that name';
    draft.missing.push(`port '${desired.name}': this host has ${which}: ${way}`);
  }
  return type;
}

/** An interface's row that another port of this task lets go of. @throws OptionError when it is held by one */
function released(draft: Draft, desired: DesiredPort, name: string): Row<'Interface'> | undefined {
  const row = draft.index.interfaces.get(name);
  const holder = row && draft.index.portOf(row);
  if (!row || !holder) return row;
  const other = holder.port.name;
  if (!draft.keepsInterface(holder, name)) return row;
  const bond = isBond(
    other,
    holder.interfaces.map((one) => one.name),
  );
  const what = bond ? `in the bond '${other}'` : `a port of its own on bridge '${holder.bridge.name}'`;
  const way = bond
    ? `take it out of the bond's 'interfaces' first`
    : `remove that port first ('state: absent'), in the same task if you like`;
  throw failure(desired, desired.members ? 'interfaces' : 'port', `'${name}' is ${what} already: ${way}`);
}

function insertOne(draft: Draft, name: string, type: string, { values }: RowPlan): Ref {
  const ref = draft.newRef();
  draft.guards.push(guardAbsent('Interface', name));
  draft.writes.push(insert('Interface', ref, { name, ...values, type: type === 'system' ? '' : type }));
  return ref;
}

function changeOne(draft: Draft, row: Row<'Interface'>, plan: RowPlan): void {
  if (Object.keys(plan.values).length === 0) return;
  draft.guards.push(guardRow('Interface', row._uuid, replaced(plan, row)));
  draft.writes.push(update('Interface', row._uuid, plan.values));
}
