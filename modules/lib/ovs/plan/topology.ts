import type { Addressing } from '../../net/port.ts';
import type { Given } from '../rows/row.ts';

export interface DesiredBridge {
  /** Where it stands in the task, for errors: `bridges[1]`, or empty. */
  readonly at: string;
  readonly name: string;
  readonly state: 'present' | 'absent';
  readonly columns: Given;
  /** It is a VLAN of another bridge. */
  readonly fake?: { readonly parent: string; readonly vlan: number } | undefined;
  /** The targets of its controllers; null for none, undefined to keep them. */
  readonly controller?: readonly string[] | null | undefined;
}

export interface DesiredPort {
  readonly at: string;
  readonly name: string;
  readonly bridge: string;
  readonly state: 'present' | 'absent';
  readonly columns: Given;
  /** Its bridge takes its addresses; after that many seconds without a confirmation that is undone. */
  readonly take?: { readonly seconds: number } | undefined;
  /** The patch port at the other end. */
  readonly peer?: { readonly bridge: string; readonly port: string } | undefined;
  /** It is a fake bridge, see ovs-vsctl(8). */
  readonly fake?: true;
  /** The interfaces of a bond; undefined to keep them. */
  readonly members?: readonly string[] | undefined;
  /** Undefined to keep the addresses. */
  readonly addressing: Addressing | undefined;
}

/** The desired bridges and ports of a host. */
export interface Topology {
  readonly bridges: readonly DesiredBridge[];
  readonly ports: readonly DesiredPort[];
  /** The columns of Open vSwitch itself; undefined to keep them. */
  readonly settings?: Given | undefined;
  /** Written into each bridge and port that is created. */
  readonly owner?: string;
  /** Remove what this owner created and the lists no longer have. */
  readonly purge?: boolean;
}
