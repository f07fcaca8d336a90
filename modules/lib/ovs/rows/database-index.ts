import type { Database, Row } from '../tables.ts';

const byName = <R extends { name: string }>(rows: readonly R[]) =>
  new Map(rows.map((row) => [row.name, row]));
const byUuid = <R extends { _uuid: string }>(rows: readonly R[]) =>
  new Map(rows.map((row) => [row._uuid, row]));

/** A port with all that belongs to it. */
export interface PortRows {
  readonly port: Row<'Port'>;
  /** The bridge it is on. */
  readonly bridge: Row<'Bridge'>;
  readonly interfaces: readonly Row<'Interface'>[];
}

/** Whether a port is a bond: none of its interfaces has its name, or it has several. */
export const isBond = (port: string, members: readonly string[]): boolean =>
  members.length > 1 || (members[0] ?? port) !== port;

/** The rows of the database by name. */
export class DatabaseIndex {
  readonly bridges: ReadonlyMap<string, Row<'Bridge'>>;
  readonly interfaces: ReadonlyMap<string, Row<'Interface'>>;
  readonly ports: ReadonlyMap<string, PortRows>;
  /** The types of interface that vswitchd reports; empty when it hasn't reported any. */
  readonly interfaceTypes: readonly string[];
  readonly #portsByUuid: ReadonlyMap<string, Row<'Port'>>;
  /** The fake bridges, each of them a VLAN of its parent. */
  readonly fakes: ReadonlyMap<string, { readonly parent: string; readonly vlan: number }>;
  readonly #controllers: ReadonlyMap<string, Row<'Controller'>>;
  readonly #holders: ReadonlyMap<string, PortRows>;

  constructor(database: Database) {
    this.interfaceTypes = database.root.iface_types;
    this.bridges = byName(database.bridges);
    this.#controllers = byUuid(database.controllers);
    this.interfaces = byName(database.interfaces);
    this.#portsByUuid = byUuid(database.ports);
    const interfaces = byUuid(database.interfaces);
    this.ports = new Map(
      database.bridges.flatMap((bridge) =>
        this.portsOf(bridge).map((port) => {
          const own = port.interfaces.flatMap((uuid) => interfaces.get(uuid) ?? []);
          return [port.name, { port, bridge, interfaces: own }] as const;
        }),
      ),
    );
    this.fakes = new Map(
      [...this.ports].flatMap(([name, { port, bridge }]) =>
        port.fake_bridge && port.tag !== undefined ? [[name, { parent: bridge.name, vlan: port.tag }]] : [],
      ),
    );
    this.#holders = new Map(
      [...this.ports.values()].flatMap((rows) => rows.port.interfaces.map((uuid) => [uuid, rows] as const)),
    );
  }

  /** The port that an interface belongs to. */
  portOf({ _uuid }: Row<'Interface'>): PortRows | undefined {
    return this.#holders.get(_uuid);
  }

  controllersOf({ controller }: Row<'Bridge'>): Row<'Controller'>[] {
    return controller.flatMap((uuid) => this.#controllers.get(uuid) ?? []);
  }

  /** The ports of a bridge, its own included, by name. */
  portsOf(bridge: Row<'Bridge'>): Row<'Port'>[] {
    const ports = bridge.ports.flatMap((uuid) => this.#portsByUuid.get(uuid) ?? []);
    return ports.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
