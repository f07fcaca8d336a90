import { OptionError } from '../failure.ts';
import { BRIDGE_COLUMNS, PORT_COLUMNS } from './columns.ts';
import type { Draft } from './draft.ts';
import { OWNER } from './maps.ts';
import { guardAbsent, guardRow, insert, mutateRefs, update } from './operations.ts';
import { planRow, replaced } from './row.ts';
import type { Row } from './tables.ts';
import { type DesiredBridge, optionAt } from './topology.ts';
import { encodeRefs } from './types.ts';

/** Puts what one bridge needs into the draft. @throws OptionError */
export function planBridge(draft: Draft, desired: DesiredBridge): void {
  const current = draft.index.bridges.get(desired.name);
  if (desired.state === 'absent') {
    if (current) removeBridge(draft, current);
  } else if (current) changeBridge(draft, desired, current);
  else addBridge(draft, desired);
}

function located<T>({ at }: DesiredBridge, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof OptionError ? new OptionError(optionAt(at, error.option), error.problem) : error;
  }
}

function addBridge(draft: Draft, desired: DesiredBridge): void {
  const { name, at, columns } = desired;
  const taken = draft.index.ports.get(name);
  if (taken || draft.index.interfaces.has(name)) {
    const where = taken ? `a port of bridge ${taken.bridge.name}` : 'an interface of Open vSwitch';
    throw new OptionError(optionAt(at, at ? 'name' : 'bridge'), `'${name}' is ${where} already`);
  }
  const { owner } = draft.topology;
  const plan = located(desired, () => planRow(BRIDGE_COLUMNS, 'Bridge', columns, {}, owner));
  // Its own port has the bridge's name, and may be given options as any port.
  const own = draft.topology.ports.find((port) => port.name === name && port.state === 'present');
  const ownPlan = planRow(PORT_COLUMNS, 'Port', own?.columns ?? {});
  const [bridge, port, device] = [draft.newRef(), draft.newRef(), draft.newRef()];
  draft.guards.push(guardAbsent('Bridge', name), guardAbsent('Port', name), guardAbsent('Interface', name));
  draft.writes.push(
    insert('Interface', device, { name, type: 'internal' }),
    insert('Port', port, { name, ...ownPlan.values }, { interfaces: encodeRefs([device]) }),
    insert('Bridge', bridge, { name, ...plan.values }, { ports: encodeRefs([port]) }),
    mutateRefs('Open_vSwitch', undefined, 'bridges', 'insert', [bridge]),
  );
  draft.describe(`add bridge ${name}`, undefined, { bridge: name, ...plan.after });
  if (own) draft.describe(`add port ${name}`, undefined, { bridge: name, port: name, ...ownPlan.after });
  draft.fates.set(name, { device: 'new', type: 'internal', bridge: name });
  draft.interfaces.push(name);
}

function changeBridge(draft: Draft, desired: DesiredBridge, current: Row<'Bridge'>): void {
  const plan = located(desired, () => planRow(BRIDGE_COLUMNS, 'Bridge', desired.columns, current));
  if (Object.keys(plan.values).length === 0) return;
  draft.guards.push(guardRow('Bridge', current._uuid, replaced(plan, current)));
  draft.writes.push(update('Bridge', current._uuid, plan.values));
  draft.describe(`change bridge ${desired.name}`, plan.before, plan.after);
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
  draft.writes.push(mutateRefs('Open_vSwitch', undefined, 'bridges', 'delete', [{ uuid: _uuid }]));
  const { datapath_type, fail_mode, external_ids, other_config } = current;
  const { [OWNER]: _, ...ids } = external_ids;
  draft.describe(
    `remove bridge ${name}`,
    {
      bridge: name,
      datapath_type,
      fail_mode,
      external_ids: ids,
      other_config,
      ports: going.flatMap((port) => (port.name === name ? [] : port.name)),
    },
    undefined,
  );
  for (const port of going) {
    const type = draft.index.interfaces.get(port.name)?.type ?? '';
    draft.fates.set(port.name, { device: 'removed', type, bridge: name });
  }
}
