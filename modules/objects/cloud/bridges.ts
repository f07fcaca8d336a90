import type { DatabaseIndex } from '../../lib/ovs/rows/database-index.ts';
import { OWNER } from '../../lib/ovs/rows/maps.ts';
import type { StringMap } from '../../lib/ovsdb/types.ts';

/** A bridge of Open vSwitch. */
export interface BridgeInfo {
  readonly name: string;
  /** `netdev` or `system`. */
  readonly datapath: string;
  /** Whether a task of this collection made it. */
  readonly managed: boolean;
  /** Of a fake bridge: its parent, and the VLAN that it stands for. */
  readonly parent?: string;
  readonly vlan?: number;
  readonly up: boolean;
}

/** Whether a task of this collection made a row. Pure. */
export const isManaged = (externalIds: StringMap): boolean => Object.hasOwn(externalIds, OWNER);

// An empty datapath_type is `system`: ovs-vswitchd.conf.db(5).
const datapathOf = ({ datapath_type: type }: { readonly datapath_type: string }) => type || 'system';

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

/** All bridges, fake bridges last. Pure. */
export function bridgesIn(index: DatabaseIndex): BridgeInfo[] {
  const isUp = (name: string) => index.interfaces.get(name)?.link_state === 'up';
  const bridges = [...index.bridges.values()].sort(byName).map((bridge) => ({
    name: bridge.name,
    datapath: datapathOf(bridge),
    managed: isManaged(bridge.external_ids),
    up: isUp(bridge.name),
  }));
  const fakes = [...index.fakes].flatMap(([name, { parent, vlan }]): BridgeInfo[] => {
    const rows = index.ports.get(name);
    if (!rows) return [];
    const managed = isManaged(rows.port.external_ids);
    return [{ name, datapath: datapathOf(rows.bridge), managed, parent, vlan, up: isUp(name) }];
  });
  return [...bridges, ...fakes.sort(byName)];
}
