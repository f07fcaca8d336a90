import { located, OptionError, optionAt } from '../failure.ts';
import { checkBridge, checkInterface, checkVlans } from './checks.ts';
import { BRIDGE_COLUMNS, PORT_COLUMNS } from './columns.ts';
import { planControllers } from './controllers.ts';
import type { Draft } from './draft.ts';
import { guardAbsent, guardRow, insert, mutateRefs, update } from './operations.ts';
import { describeRow, planRow, type RowPlan, replaced, type Values } from './row.ts';
import type { Row } from './tables.ts';
import type { DesiredBridge } from './topology.ts';
import { encodeRefs } from './types.ts';

/** Puts what one bridge needs into the draft. @throws OptionError */
export function planBridge(draft: Draft, desired: DesiredBridge): void {
  const current = draft.index.bridges.get(desired.name);
  if (desired.state === 'absent') {
    if (current) removeBridge(draft, current);
  } else if (current) changeBridge(draft, desired, current);
  else addBridge(draft, desired);
}

function planned(desired: DesiredBridge, current: Values, owner?: string): RowPlan {
  return located(desired, () => {
    const plan = planRow(BRIDGE_COLUMNS, 'Bridge', desired.columns, current, owner);
    checkBridge(desired.columns, { ...current, ...plan.values });
    return plan;
  });
}

// A bridge's own port has its name, and may be given options as any port.
function planOwn(draft: Draft, name: string): Record<'port' | 'device', RowPlan> | undefined {
  const own = draft.topology.ports.find((port) => port.name === name && port.state === 'present');
  if (!own) return undefined;
  return located(own, () => {
    const port = planRow(PORT_COLUMNS, 'Port', own.columns);
    checkVlans(own.columns, port.values);
    const device = planRow(PORT_COLUMNS, 'Interface', { ...own.columns, type: undefined });
    checkInterface(own.columns, device.values, true);
    return { port, device };
  });
}

function addBridge(draft: Draft, desired: DesiredBridge): void {
  const { name, at } = desired;
  const taken = draft.index.ports.get(name);
  if (taken || draft.index.interfaces.has(name)) {
    const where = taken ? `a port of bridge ${taken.bridge.name}` : 'an interface of Open vSwitch';
    throw new OptionError(optionAt(at, at ? 'name' : 'bridge'), `'${name}' is ${where} already`);
  }
  const { owner } = draft.topology;
  const plan = planned(desired, {}, owner);
  const own = planOwn(draft, name);
  const controllers = planControllers(draft, desired.controller);
  const [bridge, port, device] = [draft.newRef(), draft.newRef(), draft.newRef()];
  draft.guards.push(guardAbsent('Bridge', name), guardAbsent('Port', name), guardAbsent('Interface', name));
  draft.writes.push(
    insert('Interface', device, { name, ...own?.device.values, type: 'internal' }),
    insert('Port', port, { name, ...own?.port.values }, { interfaces: encodeRefs([device]) }),
    insert(
      'Bridge',
      bridge,
      { name, ...plan.values },
      {
        ports: encodeRefs([port]),
        controller: encodeRefs(controllers.joining),
      },
    ),
    mutateRefs('Open_vSwitch', {}, 'bridges', 'insert', [bridge]),
  );
  draft.describe(`add bridge ${name}`, undefined, { bridge: name, ...plan.after, ...controllers.after });
  if (own) {
    const after = { bridge: name, port: name, ...own.device.after, ...own.port.after };
    draft.describe(`add port ${name}`, undefined, after);
  }
  draft.fates.set(name, { device: 'new', type: 'internal', bridge: name });
  draft.interfaces.push(name);
}

function changeBridge(draft: Draft, desired: DesiredBridge, current: Row<'Bridge'>): void {
  const plan = planned(desired, current);
  const controllers = planControllers(draft, desired.controller, current);
  const after = { ...plan.after, ...controllers.after };
  if (Object.keys(after).length === 0) return;
  if (Object.keys(plan.values).length > 0) {
    draft.guards.push(guardRow('Bridge', current._uuid, replaced(plan, current)));
    draft.writes.push(update('Bridge', current._uuid, plan.values));
  }
  draft.describe(`change bridge ${desired.name}`, { ...plan.before, ...controllers.before }, after);
  if (!('datapath_type' in plan.values)) return;
  // Another datapath makes the devices of all its ports anew.
  for (const { name } of draft.index.portsOf(current)) {
    const type = draft.index.interfaces.get(name)?.type ?? '';
    draft.fates.set(name, { device: 'recreated', type, bridge: desired.name });
    draft.interfaces.push(name);
  }
}

function removeBridge(draft: Draft, current: Row<'Bridge'>): void {
  const { name, _uuid, ports } = current;
  const moved = new Set(
    draft.topology.ports.flatMap((port) =>
      port.state === 'present' && port.bridge !== name ? port.name : [],
    ),
  );
  const going = draft.index.portsOf(current).filter((port) => !moved.has(port.name));
  draft.guards.push(guardRow('Bridge', _uuid, { ports }));
  // Nothing refers to its rows any more, so the database drops them: RFC 7047 section 3.2, isRoot.
  draft.writes.push(mutateRefs('Open_vSwitch', {}, 'bridges', 'delete', [{ uuid: _uuid }]));
  draft.describe(
    `remove bridge ${name}`,
    {
      bridge: name,
      ...describeRow(BRIDGE_COLUMNS, 'Bridge', current),
      ...(current.controller.length > 0 && {
        controller: draft.index.controllersOf(current).map(({ target }) => target),
      }),
      ports: going.flatMap((port) => (port.name === name ? [] : port.name)),
    },
    undefined,
  );
  for (const port of going) {
    const type = draft.index.interfaces.get(port.name)?.type ?? '';
    draft.fates.set(port.name, { device: 'removed', type, bridge: name });
  }
}
