import { OptionError } from '../failure.ts';
import { checkInterface, checkVlans } from './checks.ts';
import { PORT_COLUMNS } from './columns.ts';
import type { Draft } from './draft.ts';
import type { PortRows } from './index.ts';
import { interfaceKind } from './interfaces.ts';
import { guardAbsent, guardRow, insert, update } from './operations.ts';
import { describeRow, type Given, planRow, type RowPlan, replaced, type Values } from './row.ts';
import { type DesiredPort, optionAt } from './topology.ts';
import { encodeRefs } from './types.ts';

/** Puts what one port needs into the draft. @throws OptionError */
export function planPort(draft: Draft, desired: DesiredPort): void {
  const current = draft.index.ports.get(desired.name);
  if (desired.state === 'absent') removePort(draft, desired, current);
  else if (current) changePort(draft, desired, current);
  else addPort(draft, desired);
}

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

/** A row's plan, which is checked, with the errors of its options located. */
function rowOf(
  desired: DesiredPort,
  ...[table, given, current = {}, owner]: ['Port' | 'Interface', Given, Values?, string?]
): RowPlan {
  try {
    const plan = planRow(PORT_COLUMNS, table, given, current, owner);
    const row = { ...current, ...plan.values };
    if (table === 'Port') checkVlans(desired.columns, row);
    else checkInterface(desired.columns, row, desired.name === desired.bridge);
    return plan;
  } catch (error) {
    throw error instanceof OptionError ? failure(desired, error.option, error.problem) : error;
  }
}

// An earlier task may make the bridge, or the NIC; in a check run it hasn't.
function requireBridge(draft: Draft, desired: DesiredPort): void {
  const { bridge, name } = desired;
  const planned = draft.topology.bridges.find((one) => one.name === bridge);
  if (planned?.state === 'absent') {
    throw failure(desired, 'bridge', `'${bridge}', which port '${name}' is to be on, is absent in this task`);
  }
  if (!planned && !draft.index.bridges.has(bridge)) {
    draft.missing.push(
      `there is no bridge '${bridge}', which port '${name}' is to be on: make it with ovs_bridge`,
    );
  }
}

function typeOf(draft: Draft, desired: DesiredPort): string {
  const given = desired.columns.type as string | undefined;
  const here = draft.devices.has(desired.name);
  if (given !== undefined) draft.requireType(desired.name, given);
  if (given !== undefined && interfaceKind(given).device === 'host' && !here) {
    const way = "give the name of one that is there, or 'type: internal' for one that Open vSwitch makes";
    draft.missing.push(`port '${desired.name}': this host has no interface of that name: ${way}`);
  }
  return given ?? (here ? 'system' : 'internal');
}

/** @throws OptionError when a port is to have an address, and no interface that could hold one */
function requireDevice(desired: DesiredPort, type: string): void {
  if (!desired.addressing || interfaceKind(type).device !== 'none') return;
  const option = desired.addressing.addresses.length > 0 ? 'address' : 'mode';
  const way = 'leave it out';
  throw failure(desired, option, `a port of type '${type}' has no network interface on the host: ${way}`);
}

function addPort(draft: Draft, desired: DesiredPort): void {
  const { name, bridge, columns } = desired;
  requireBridge(draft, desired);
  // The bridge's own port comes with the bridge.
  if (draft.fates.has(name)) return;
  if (name === bridge) return;
  if (draft.index.interfaces.has(name)) {
    throw failure(desired, 'port', `'${name}' is an interface of another port (a bond's member?) already`);
  }
  const type = typeOf(draft, desired);
  requireDevice(desired, type);
  const device = rowOf(desired, 'Interface', { ...columns, type });
  const plan = rowOf(desired, 'Port', columns, {}, draft.topology.owner);
  const [port, made] = [draft.newRef(), draft.newRef()];
  draft.guards.push(guardAbsent('Port', name), guardAbsent('Interface', name));
  draft.writes.push(
    insert('Interface', made, { name, ...device.values, type: type === 'system' ? '' : type }),
    insert('Port', port, { name, ...plan.values }, { interfaces: encodeRefs([made]) }),
  );
  draft.join(bridge, port);
  const after = { bridge, port: name, ...device.after, type, ...plan.after };
  draft.describe(`add port ${name}`, undefined, after);
  draft.fates.set(name, { device: 'new', type, bridge });
  draft.interfaces.push(name);
}

function changePort(draft: Draft, desired: DesiredPort, current: PortRows): void {
  const { name, bridge } = desired;
  const { port, interfaces } = current;
  requireBridge(draft, desired);
  const moves = current.bridge.name !== bridge;
  if (moves && name === current.bridge.name) {
    throw failure(
      desired,
      'port',
      `'${name}' is the own port of the bridge '${name}', and can't be on another`,
    );
  }
  const device = interfaces.find((one) => one.name === name) ?? interfaces[0];
  refuseMembers(desired, interfaces.length);
  const portPlan = rowOf(desired, 'Port', desired.columns, port);
  const devicePlan = rowOf(desired, 'Interface', desired.columns, device);
  const retyped = 'type' in devicePlan.values;
  if (retyped) typeOf(draft, desired);
  for (const [table, row, plan] of [
    ['Port', port, portPlan],
    ['Interface', device, devicePlan],
  ] as const) {
    if (!row || Object.keys(plan.values).length === 0) continue;
    draft.guards.push(guardRow(table, row._uuid, replaced(plan, row)));
    draft.writes.push(update(table, row._uuid, plan.values));
  }
  const before = { ...(moves && { bridge: current.bridge.name }), ...devicePlan.before, ...portPlan.before };
  const after = { ...(moves && { bridge }), ...devicePlan.after, ...portPlan.after };
  if (Object.keys(after).length > 0) {
    draft.guardPlace(name);
    draft.describe(`change port ${name}`, before, after);
  }
  if (moves) {
    // The row itself changes places, and so keeps all that it has.
    draft.leave(current.bridge.name, { uuid: port._uuid });
    draft.join(bridge, { uuid: port._uuid });
  }
  const { ofport_request, type: retype } = devicePlan.values;
  // vswitchd makes an interface anew for another number, and it loses its addresses (measured).
  const renumbered = ofport_request !== undefined && ofport_request !== device?.ofport;
  if (moves || Object.keys(devicePlan.values).length > 0) draft.interfaces.push(name);
  else if (device?.error) draft.warnings.push(`port '${name}' doesn't work: ${device.error}`);
  const known = draft.fates.get(name)?.device === 'recreated';
  const was = device?.type ?? '';
  const type = String(retype ?? was);
  requireDevice(desired, type);
  const without = retyped && interfaceKind(type).device === 'none';
  const anew = moves || retyped || renumbered || known;
  draft.fates.set(name, { device: without ? 'removed' : anew ? 'recreated' : 'kept', type, was, bridge });
}

// Which of its interfaces an option would be of, nobody can tell.
function refuseMembers(desired: DesiredPort, interfaces: number): void {
  if (interfaces < 2) return;
  const option = Object.entries(PORT_COLUMNS).find(
    ([name, { table }]) => table === 'Interface' && desired.columns[name] !== undefined,
  )?.[0];
  if (option)
    throw failure(desired, option, `'${desired.name}' is a bond of ${interfaces} interfaces: leave it out`);
}

function removePort(draft: Draft, desired: DesiredPort, current: PortRows | undefined): void {
  const { name, bridge } = desired;
  if (!current) {
    draft.fates.set(name, { device: 'removed', type: '', bridge });
    return;
  }
  const on = current.bridge.name;
  if (on !== bridge) {
    draft.warnings.push(`port '${name}' is on bridge '${on}', and not on '${bridge}': it is left there`);
    return;
  }
  const type = current.interfaces[0]?.type ?? '';
  const gone = draft.topology.bridges.some((one) => one.name === on && one.state === 'absent');
  if (gone) return;
  if (name === on) {
    throw failure(desired, 'port', `'${name}' is the own port of the bridge '${name}': remove the bridge`);
  }
  draft.guardPlace(name);
  draft.leave(on, { uuid: current.port._uuid });
  const [device] = current.interfaces;
  draft.describe(
    `remove port ${name}`,
    {
      bridge,
      port: name,
      ...(device && describeRow(PORT_COLUMNS, 'Interface', device)),
      ...describeRow(PORT_COLUMNS, 'Port', current.port),
    },
    undefined,
  );
  draft.fates.set(name, { device: 'removed', type, bridge });
}
