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
  /** The targets of its controllers; null for none, undefined when the task says nothing of them. */
  readonly controller?: readonly string[] | null | undefined;
}

export interface DesiredPort {
  readonly at: string;
  readonly name: string;
  readonly bridge: string;
  readonly state: 'present' | 'absent';
  readonly columns: Given;
  /** Its bridge takes its addresses; after that many seconds without a confirmation it has them back. */
  readonly take?: { readonly seconds: number } | undefined;
  /** The patch port at the other end. */
  readonly peer?: { readonly bridge: string; readonly port: string } | undefined;
  /** It is a fake bridge, see ovs-vsctl(8). */
  readonly fake?: true;
  /** The interfaces of a bond; undefined when the task says nothing of them. */
  readonly members?: readonly string[] | undefined;
  /** Undefined when the task says nothing of it: then it is left alone. */
  readonly addressing: Addressing | undefined;
}

/** What a task wants of a host's Open vSwitch. */
export interface Topology {
  readonly bridges: readonly DesiredBridge[];
  readonly ports: readonly DesiredPort[];
  /** Written into each bridge and port that is created. */
  readonly owner?: string;
  /** What this owner created and the lists no longer have goes. */
  readonly purge?: boolean;
}
