import type { Database, Row } from '../tables.ts';
import { BRIDGE_COLUMNS, PORT_COLUMNS } from './columns.ts';
import { DatabaseIndex, isBond, type PortRows } from './database-index.ts';
import { FAKE_PREFIX, withoutOurs } from './maps.ts';
import { describeRow, type Given } from './row.ts';

const byName = <T extends { readonly name: string }>(rows: readonly T[]): T[] =>
  [...rows].sort((a, b) => (a.name < b.name ? -1 : 1));

/** All bridges, ports and interfaces in the terms of ovs_topology's options; secrets are masked, and defaults left out. */
export function describeDatabase(database: Database): Readonly<Record<string, unknown>> {
  const index = new DatabaseIndex(database);
  const { iface_types, ovs_version, cur_cfg, next_cfg } = database.root;
  const ports = [...index.ports.values()].sort((a, b) => (a.port.name < b.port.name ? -1 : 1));
  const fakes = ports.filter(({ port }) => index.fakes.has(port.name));
  return {
    ...(ovs_version !== undefined && { version: ovs_version }),
    interface_types: iface_types,
    bridges: [...byName(database.bridges).map((bridge) => bridgeOf(bridge, index)), ...fakes.map(fakeOf)],
    ports: ports.filter(({ port }) => !index.fakes.has(port.name)).flatMap((rows) => portOf(rows) ?? []),
    interfaces: byName(database.interfaces).map((row) => interfaceOf(row, index)),
    pending: cur_cfg < next_cfg,
  };
}

function bridgeOf(bridge: Row<'Bridge'>, index: DatabaseIndex): Given {
  const controller = index.controllersOf(bridge).map(({ target }) => target);
  return {
    name: bridge.name,
    ...describeRow(BRIDGE_COLUMNS, 'Bridge', bridge),
    ...(controller.length > 0 && { controller: controller.sort() }),
  };
}

function fakeOf({ port, bridge }: PortRows): Given {
  const ids = Object.entries(port.external_ids).filter(([key]) => key.startsWith(FAKE_PREFIX));
  return {
    name: port.name,
    parent: bridge.name,
    vlan: port.tag,
    ...(ids.length > 0 && {
      external_ids: Object.fromEntries(ids.map(([key, value]) => [key.slice(FAKE_PREFIX.length), value])),
    }),
  };
}

// Of a bond, only the columns that its interfaces share.
function portOf({ port, bridge, interfaces }: PortRows): Given | undefined {
  const names = interfaces.map(({ name }) => name).sort();
  const bond = isBond(port.name, names);
  const [device] = interfaces;
  const isLocal = port.name === bridge.name;
  const { type, ...others } = device && !bond ? describeRow(PORT_COLUMNS, 'Interface', device) : {};
  const more = { ...others, ...describeRow(PORT_COLUMNS, 'Port', port) };
  // A bridge's local port is left out, unless it has options such as a VLAN.
  if (isLocal && Object.keys(more).length === 0) return undefined;
  return {
    bridge: bridge.name,
    port: port.name,
    ...(bond ? { interfaces: names } : !isLocal && { type }),
    ...more,
  };
}

function interfaceOf(row: Row<'Interface'>, index: DatabaseIndex): Given {
  const { name, type, ofport, link_state, mtu, mac_in_use, error, external_ids } = row;
  const ids = withoutOurs(external_ids);
  const facts = { ofport, link_state, mtu, mac_in_use, error };
  return {
    name,
    port: index.portOf(row)?.port.name,
    type: type || 'system',
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    ...(Object.keys(ids).length > 0 && { external_ids: ids }),
  };
}
