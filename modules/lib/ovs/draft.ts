import type { Index } from './index.ts';
import { guardMember, type Operation } from './operations.ts';
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

  /** Relies on a port being on the bridge that it was read on. */
  guardPlace(name: string): void {
    const rows = this.index.ports.get(name);
    if (rows) this.guards.push(guardMember(rows.bridge._uuid, rows.bridge.name, rows.port._uuid));
  }
}
