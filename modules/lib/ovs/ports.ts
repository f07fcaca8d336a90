import { OptionError } from '../failure.ts';
import { PORT_COLUMNS } from './columns.ts';
import type { Draft } from './draft.ts';
import type { PortRows } from './index.ts';
import { KEYS, OWNER } from './maps.ts';
import { guardAbsent, guardRow, insert, update } from './operations.ts';
import { type Given, planRow, type RowPlan, replaced } from './row.ts';
import { type DesiredPort, optionAt } from './topology.ts';
import { encodeRefs, type StringMap } from './types.ts';

/** Puts what one port needs into the draft. @throws OptionError */
export function planPort(draft: Draft, desired: DesiredPort): void {
  const current = draft.index.ports.get(desired.name);
  if (desired.state === 'absent') removePort(draft, desired, current);
  else if (current) changePort(draft, desired, current);
  else addPort(draft, desired);
}

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

/** A row's plan, with the errors of its options located. */
function rowOf(
  desired: DesiredPort,
  ...[table, given, current, owner]: ['Port' | 'Interface', Given, Parameters<typeof planRow>[3]?, string?]
): RowPlan {
  try {
    return planRow(PORT_COLUMNS, table, given, current, owner);
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
  if (given === 'system' && !here) {
    const way = "give the name of one that is there, or 'type: internal' for one that Open vSwitch makes";
    draft.missing.push(`port '${desired.name}': this host has no interface of that name: ${way}`);
  }
  return given ?? (here ? 'system' : 'internal');
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
  const device = rowOf(desired, 'Interface', { ...columns, type });
  const plan = rowOf(desired, 'Port', columns, {}, draft.topology.owner);
  const [port, made] = [draft.newRef(), draft.newRef()];
  draft.guards.push(guardAbsent('Port', name), guardAbsent('Interface', name));
  draft.writes.push(
    insert('Interface', made, { name, ...device.values, type: type === 'system' ? '' : type }),
    insert('Port', port, { name, ...plan.values }, { interfaces: encodeRefs([made]) }),
  );
  draft.join(bridge, port);
  draft.describe(`add port ${name}`, undefined, { bridge, port: name, type, ...plan.after });
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
  if (moves || retyped) draft.interfaces.push(name);
  else if (device?.error) draft.warnings.push(`port '${name}' doesn't work: ${device.error}`);
  const known = draft.fates.get(name)?.device === 'recreated';
  const type = String(devicePlan.values.type ?? device?.type ?? '');
  draft.fates.set(name, { device: moves || retyped || known ? 'recreated' : 'kept', type, bridge });
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
  const { tag, external_ids } = current.port;
  const { [OWNER]: _, [KEYS]: __, ...ids }: StringMap = external_ids;
  draft.describe(
    `remove port ${name}`,
    { bridge, port: name, type: type || 'system', tag, external_ids: ids },
    undefined,
  );
  draft.fates.set(name, { device: 'removed', type, bridge });
}
