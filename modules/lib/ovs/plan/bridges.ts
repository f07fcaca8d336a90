import { located, OptionError, optionAt } from '../../failure.ts';
import { encodeRefs } from '../../ovsdb/types.ts';
import { guardAbsent, guardRow, insert, mutateRefs } from '../operations.ts';
import { BRIDGE_COLUMNS, PORT_COLUMNS } from '../rows/columns.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import { describeRow, planRow, type RowPlan, type Values } from '../rows/row.ts';
import type { Row } from '../tables.ts';
import { checkBridge, checkInterface, checkVlans } from './checks.ts';
import { planControllers } from './controllers.ts';
import { type Context, type Fate, newRef, type Piece, together, updateRow } from './pieces.ts';
import type { DesiredBridge, Topology } from './topology.ts';

/** Plans one bridge. @throws OptionError */
export function planBridge(context: Context, desired: DesiredBridge): Piece {
  const current = context.index.bridges.get(desired.name);
  if (desired.state === 'absent') return current ? removeBridge(context, current) : {};
  return current ? changeBridge(context, desired, current) : addBridge(context, desired);
}

function planColumns(desired: DesiredBridge, current: Values, owner?: string): RowPlan {
  return located(desired, () => {
    const plan = planRow(BRIDGE_COLUMNS, 'Bridge', desired.columns, current, owner);
    checkBridge(desired.columns, { ...current, ...plan.values });
    return plan;
  });
}

// A bridge's own port has the bridge's name, and the task may give it options as to any port.
function planLocalPort({ ports }: Topology, name: string): Record<'port' | 'device', RowPlan> | undefined {
  const local = ports.find((port) => port.name === name && port.state === 'present');
  if (!local) return undefined;
  return located(local, () => {
    const port = planRow(PORT_COLUMNS, 'Port', local.columns);
    checkVlans(local.columns, port.values);
    const device = planRow(PORT_COLUMNS, 'Interface', { ...local.columns, type: undefined });
    checkInterface(local.columns, device.values, true);
    return { port, device };
  });
}

function addBridge({ index, topology }: Context, desired: DesiredBridge): Piece {
  const { name, at } = desired;
  const taken = index.ports.get(name);
  if (taken || index.interfaces.has(name)) {
    const where = taken ? `a port of bridge ${taken.bridge.name}` : 'an interface of Open vSwitch';
    throw new OptionError(optionAt(at, at ? 'name' : 'bridge'), `'${name}' is already ${where}`);
  }
  const plan = planColumns(desired, {}, topology.owner);
  const local = planLocalPort(topology, name);
  const controllers = planControllers(index, name, desired.controller);
  const [bridge, port, device] = [newRef('Bridge', name), newRef('Port', name), newRef('Interface', name)];
  const after = { bridge: name, port: name, ...local?.device.after, ...local?.port.after };
  return together([
    controllers.piece,
    {
      guards: [guardAbsent('Bridge', name), guardAbsent('Port', name), guardAbsent('Interface', name)],
      writes: [
        insert('Interface', device, { name, ...local?.device.values, type: 'internal' }),
        insert('Port', port, { name, ...local?.port.values }, { interfaces: encodeRefs([device]) }),
        insert(
          'Bridge',
          bridge,
          { name, ...plan.values },
          { ports: encodeRefs([port]), controller: encodeRefs(controllers.joining) },
        ),
        mutateRefs('Open_vSwitch', {}, 'bridges', 'insert', [bridge]),
      ],
      changes: [
        {
          title: `add bridge ${name}`,
          before: undefined,
          after: { bridge: name, ...plan.after, ...controllers.after },
        },
        ...(local ? [{ title: `add port ${name}`, before: undefined, after }] : []),
      ],
      fates: [[name, { device: 'new', type: 'internal', bridge: name }]],
      interfaces: [name],
    },
  ]);
}

function changeBridge({ index }: Context, desired: DesiredBridge, current: Row<'Bridge'>): Piece {
  const { name } = desired;
  const plan = planColumns(desired, current);
  const controllers = planControllers(index, name, desired.controller, current);
  const before = { ...plan.before, ...controllers.before };
  const after = { ...plan.after, ...controllers.after };
  if (Object.keys(after).length === 0) return {};
  // With another datapath, vswitchd recreates the devices of all ports.
  const recreated = 'datapath_type' in plan.values ? index.portsOf(current) : [];
  return together([
    controllers.piece,
    updateRow('Bridge', current, plan),
    {
      changes: [{ title: `change bridge ${name}`, before, after }],
      fates: fatesOf(index, recreated, { device: 'recreated', bridge: name }),
      interfaces: recreated.map((port) => port.name),
    },
  ]);
}

const fatesOf = (index: DatabaseIndex, ports: readonly Row<'Port'>[], fate: Omit<Fate, 'type'>) =>
  ports.map(({ name }) => [name, { ...fate, type: index.interfaces.get(name)?.type ?? '' }] as const);

function removeBridge({ index, topology }: Context, current: Row<'Bridge'>): Piece {
  const { name, _uuid, ports } = current;
  const moved = new Set(
    topology.ports.flatMap((port) => (port.state === 'present' && port.bridge !== name ? port.name : [])),
  );
  const removed = index.portsOf(current).filter((port) => !moved.has(port.name));
  const before = {
    bridge: name,
    ...describeRow(BRIDGE_COLUMNS, 'Bridge', current),
    ...(current.controller.length > 0 && {
      controller: index.controllersOf(current).map(({ target }) => target),
    }),
    ports: removed.flatMap((port) => (port.name === name ? [] : port.name)),
  };
  return {
    guards: [guardRow('Bridge', _uuid, { ports })],
    // The database removes rows without a reference by itself: RFC 7047 section 3.2, isRoot.
    writes: [mutateRefs('Open_vSwitch', {}, 'bridges', 'delete', [{ uuid: _uuid }])],
    changes: [{ title: `remove bridge ${name}`, before, after: undefined }],
    fates: fatesOf(index, removed, { device: 'removed', bridge: name }),
  };
}
