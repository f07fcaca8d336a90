import { located, OptionError, optionAt } from '../failure.ts';
import { checkBond, checkVlans } from './checks.ts';
import { PORT_COLUMNS } from './columns.ts';
import type { Draft } from './draft.ts';
import type { PortRows } from './index.ts';
import { interfaceKind } from './interfaces.ts';
import { isBond, memberNames, planMembers } from './members.ts';
import { guardAbsent, guardRow, insert, mutateRefs, update } from './operations.ts';
import { describeRow, planRow, type RowPlan, replaced, type Values } from './row.ts';
import type { DesiredPort } from './topology.ts';
import { encodeRefs, type Ref } from './types.ts';

/** Puts what one port needs into the draft. @throws OptionError */
export function planPort(draft: Draft, desired: DesiredPort): void {
  const current = draft.index.ports.get(desired.name);
  if (desired.state === 'absent') removePort(draft, desired, current);
  else if (current) changePort(draft, desired, current);
  else addPort(draft, desired);
}

const failure = ({ at }: DesiredPort, option: string, problem: string) =>
  new OptionError(optionAt(at, option), problem);

function portRow(desired: DesiredPort, members: number, current: Values = {}, owner?: string): RowPlan {
  return located(desired, () => {
    const plan = planRow(PORT_COLUMNS, 'Port', desired.columns, current, owner);
    const row = { ...current, ...plan.values };
    checkVlans(desired.columns, row);
    checkBond(desired.columns, row, members);
    return plan;
  });
}

// An earlier task may make the bridge; in a check run it hasn't.
function requireBridge(draft: Draft, desired: DesiredPort): void {
  const { bridge, name } = desired;
  const planned = draft.topology.bridges.find((one) => one.name === bridge);
  if (!planned && !draft.index.bridges.has(bridge)) {
    draft.missing.push(
      `there is no bridge '${bridge}', which port '${name}' is to be on: make it with ovs_bridge`,
    );
  }
}

/** @throws OptionError when a port is to have an address, and no interface that could hold one */
function requireDevice(desired: DesiredPort, type: string, members: readonly string[]): void {
  const { addressing } = desired;
  if (!addressing) return;
  const option = addressing.addresses.length > 0 ? 'address' : 'mode';
  if (isBond(desired.name, members)) {
    if (addressing.mode === 'manual') return;
    const way = `give it to the bridge, or to an internal port`;
    throw failure(desired, option, `a bond has no network interface of its own on the host: ${way}`);
  }
  if (interfaceKind(type).device !== 'none') return;
  const way = 'leave it out';
  throw failure(desired, option, `a port of type '${type}' has no network interface on the host: ${way}`);
}

function addPort(draft: Draft, desired: DesiredPort): void {
  const { name, bridge } = desired;
  requireBridge(draft, desired);
  // The bridge's own port comes with the bridge.
  if (draft.fates.has(name)) return;
  if (name === bridge) return;
  const members = planMembers(draft, desired);
  const { names, type } = members;
  requireDevice(desired, type, names);
  const plan = portRow(desired, names.length, {}, draft.topology.owner);
  const port = draft.newRef();
  const fake = desired.fake && { fake_bridge: true };
  draft.guards.push(guardAbsent('Port', name));
  draft.writes.push(
    insert('Port', port, { name, ...plan.values, ...fake }, { interfaces: encodeRefs(members.joining) }),
  );
  draft.join(bridge, port);
  const after = { bridge, port: name, ...members.after, type: type || 'system', ...plan.after, ...fake };
  draft.describe(`add ${nounOf(desired)} ${name}`, undefined, after);
  draft.fates.set(name, { device: 'new', type, bridge, ...bondOf(name, names) });
}

const nounOf = ({ fake }: DesiredPort) => (fake ? 'bridge' : 'port');

const bondOf = (name: string, members: readonly string[]) => (isBond(name, members) ? { members } : {});

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
  const members = planMembers(draft, desired, current);
  const plan = portRow(desired, members.names.length, port);
  if (Object.keys(plan.values).length > 0) {
    draft.guards.push(guardRow('Port', port._uuid, replaced(plan, port)));
    draft.writes.push(update('Port', port._uuid, plan.values));
  }
  exchange(draft, current, members.joining, 'insert');
  exchange(
    draft,
    current,
    members.leaving.map(({ _uuid }) => ({ uuid: _uuid })),
    'delete',
  );
  const before = { ...(moves && { bridge: current.bridge.name }), ...members.before, ...plan.before };
  const after = { ...(moves && { bridge }), ...members.after, ...plan.after };
  if (Object.keys(after).length > 0) {
    draft.guardPlace(name);
    draft.describe(`change ${nounOf(desired)} ${name}`, before, after);
  }
  if (moves) {
    // The row itself changes places, and so keeps all that it has.
    draft.leave(current.bridge.name, { uuid: port._uuid });
    draft.join(bridge, { uuid: port._uuid });
    draft.interfaces.push(...members.names);
  }
  for (const gone of members.leaving) draft.letGo(gone, bridge);
  requireDevice(desired, members.type, members.names);
  const [device] = interfaces;
  const { ofport_request, type: retype } = members.values;
  // vswitchd makes an interface anew for another number, and it loses its addresses (measured).
  const renumbered = ofport_request !== undefined && ofport_request !== device?.ofport;
  const was = device?.type ?? '';
  const without = retype !== undefined && interfaceKind(members.type).device === 'none';
  const anew = moves || retype !== undefined || renumbered || draft.fates.get(name)?.device === 'recreated';
  draft.fates.set(name, {
    device: without ? 'removed' : anew ? 'recreated' : 'kept',
    type: members.type,
    was,
    bridge,
    ...bondOf(name, members.names),
  });
}

// Relies on the interfaces being those that were read: whoever adds one meanwhile is asked again.
function exchange(
  draft: Draft,
  { port }: PortRows,
  refs: readonly Ref[],
  mutator: 'insert' | 'delete',
): void {
  if (refs.length === 0) return;
  const { _uuid, interfaces } = port;
  draft.guards.push(guardRow('Port', _uuid, { interfaces }));
  draft.writes.push(mutateRefs('Port', { uuid: _uuid }, 'interfaces', mutator, refs));
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
  const [device] = current.interfaces;
  const type = device?.type ?? '';
  const gone = draft.topology.bridges.some((one) => one.name === on && one.state === 'absent');
  if (gone) return;
  if (name === on) {
    throw failure(desired, 'port', `'${name}' is the own port of the bridge '${name}': remove the bridge`);
  }
  draft.guardPlace(name);
  draft.leave(on, { uuid: current.port._uuid });
  const members = memberNames(desired, current);
  const bond = isBond(name, members);
  draft.describe(
    `remove ${nounOf(desired)} ${name}`,
    {
      bridge,
      port: name,
      ...(bond && { interfaces: members }),
      ...(device && !bond && describeRow(PORT_COLUMNS, 'Interface', device)),
      ...describeRow(PORT_COLUMNS, 'Port', current.port),
    },
    undefined,
  );
  draft.fates.set(name, { device: 'removed', type, bridge });
  if (bond) for (const member of current.interfaces) draft.letGo(member, bridge);
}
