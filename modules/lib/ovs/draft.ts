import type { Index, PortRows } from './index.ts';
import { guardMember, type Operation } from './operations.ts';
import type { Row } from './tables.ts';
import type { Topology } from './topology.ts';
import type { Ref } from './types.ts';

/** A change in the options' terms, for the diff. */
export interface Described {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What becomes of a port's device: `new` and `recreated` ones have no address until they get one, `removed`
 * ones that were internal are no more.
 */
export interface Fate {
  readonly device: 'new' | 'kept' | 'recreated' | 'removed';
  readonly type: string;
  /** The type that it had, where it changes. */
  readonly was?: string;
  readonly bridge: string;
  /** A bond has no device; these are its interfaces'. */
  readonly members?: readonly string[];
}

/** A transaction in the making, and what is said of it. */
export class Draft {
  /** Conditions under which the whole is written, before everything else. */
  readonly guards: Operation[] = [];
  readonly writes: Operation[] = [];
  readonly changes: Described[] = [];
  readonly missing: string[] = [];
  readonly warnings: string[] = [];
  /** By port. */
  readonly fates = new Map<string, Fate>();
  /** Interfaces that vswitchd has to make anew, whose error is looked for afterwards. */
  readonly interfaces: string[] = [];
  /** By bridge, the ports that it gets and loses. */
  readonly joining = new Map<string, Ref[]>();
  readonly leaving = new Map<string, Ref[]>();
  #named = 0;

  constructor(
    readonly topology: Topology,
    readonly index: Index,
    /** The names of the host's network interfaces. */
    readonly devices: ReadonlySet<string>,
  ) {}

  /** Asks for a type of interface, which a release of Open vSwitch, or one without DPDK, may not have. */
  requireType(port: string, type: string): void {
    const known = this.index.interfaceTypes;
    if (known.length === 0 || known.includes(type)) return;
    const way = `'ovs-vsctl get open_vswitch . iface_types' lists those it has`;
    this.missing.push(`port '${port}': this host's Open vSwitch has no interfaces of type '${type}': ${way}`);
  }

  /** A reference to a row that this transaction inserts. */
  newRef(): Ref {
    this.#named += 1;
    return { uuid: `row${this.#named}`, named: true };
  }

  describe(title: string, before: unknown, after: unknown): void {
    this.changes.push({ title, before, after });
  }

  join(bridge: string, port: Ref): void {
    this.joining.set(bridge, [...(this.joining.get(bridge) ?? []), port]);
  }

  leave(bridge: string, port: Ref): void {
    this.leaving.set(bridge, [...(this.leaving.get(bridge) ?? []), port]);
  }

  /** Whether a port still has one of its interfaces when this task is done. */
  keepsInterface({ port, bridge }: PortRows, name: string): boolean {
    const { bridges, ports } = this.topology;
    const desired = ports.find((one) => one.name === port.name);
    if (desired?.state === 'present') return desired.members?.includes(name) ?? true;
    const goes =
      desired?.bridge === bridge.name ||
      bridges.some((one) => one.name === bridge.name && one.state === 'absent');
    return !goes;
  }

  /** An interface that its bond loses, unless the task has said what is to become of it. */
  letGo({ name, type }: Row<'Interface'>, bridge: string): void {
    if (this.fates.has(name) || this.topology.ports.some((one) => one.name === name)) return;
    this.fates.set(name, { device: 'removed', type, bridge });
  }

  /** Relies on a port being on the bridge that it was read on. */
  guardPlace(name: string): void {
    const rows = this.index.ports.get(name);
    if (rows) this.guards.push(guardMember(rows.bridge._uuid, rows.bridge.name, rows.port._uuid));
  }
}
