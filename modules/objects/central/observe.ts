import { type Host, readText } from '../../lib/host/host.ts';
import { parseIp } from '../../lib/net/address.ts';
import {
  CHASSIS_PORT,
  type ClusterStatus,
  DATABASE_NAMES,
  DATABASES,
  type DatabaseFile,
  type DatabaseName,
  readDatabaseFile,
  readStatus,
  remote,
  transact,
} from '../../lib/ovn/databases.ts';
import { FILES } from '../../lib/ovn/files.ts';
import { CENTRAL_UNIT, DROP_INS, NORTHD_UNIT, RELAY_FILE, RELAY_UNIT } from '../../lib/ovn/services.ts';
import { readUnits, type Unit } from '../../lib/systemd/units.ts';
import type { CentralOptions } from './options.ts';

/** A database on this host. */
export interface SeenDatabase extends DatabaseFile {
  /** What its server says, where it runs. */
  readonly status: ClusterStatus | undefined;
  /** Whether the tables are those of an older release than the one that is installed. */
  readonly old: boolean;
}

/** What the southbound database has of this member and of dead ones. */
export interface Rows {
  /** Whether chassis find this member's port there. */
  readonly port: boolean;
  /** Names of chassis that are dead. */
  readonly dead: readonly string[];
}

/** What this host has. */
export interface State {
  readonly databases: Readonly<Record<DatabaseName, SeenDatabase>>;
  /** The files of units, by path. */
  readonly files: ReadonlyMap<string, string | undefined>;
  readonly unit: (name: string) => Unit;
  /** Whether ovn-central is installed. */
  readonly installed: boolean;
  /** Whether the host has its certificate as a member. */
  readonly certified: boolean;
  /** Undefined where the database can't be read. */
  readonly rows: Rows | undefined;
}

/** The units of a member. */
export const UNITS = [
  ...DATABASE_NAMES.map((name) => DATABASES[name].unit),
  NORTHD_UNIT,
  RELAY_UNIT,
  CENTRAL_UNIT,
] as const;

/** The files of a member's units. */
export const UNIT_FILES = [DROP_INS.northbound, DROP_INS.southbound, DROP_INS.northd, RELAY_FILE];

/** The row that tells the relays which port of this member to open. */
export const targetOf = (address: string): string => remote('pssl', address, CHASSIS_PORT);

async function observeDatabase(host: Host, name: DatabaseName): Promise<SeenDatabase> {
  const file = await readDatabaseFile(host, name);
  if (file.kind !== 'cluster') return { ...file, status: undefined, old: false };
  const { socket, schemaFile, schema } = DATABASES[name];
  const [status, needs] = await Promise.all([
    readStatus(host, name),
    host.run('ovsdb-client', ['-t', '10', 'needs-conversion', `unix:${socket}`, schemaFile]),
  ]);
  // Where the installed schema is older, ovsdb-client says yes too.
  const old = needs.stdout.trim() === 'yes' && (await isOlder(host, socket, schema, schemaFile));
  return { ...file, status, old };
}

async function isOlder(host: Host, socket: string, schema: string, file: string): Promise<boolean> {
  const [current, installed] = await Promise.all([
    host.run('ovsdb-client', ['-t', '10', 'get-schema-version', `unix:${socket}`, schema]),
    host.run('ovsdb-tool', ['schema-version', file]),
  ]);
  const versions = [current.stdout.trim(), installed.stdout.trim()] as const;
  const compared = await host.run('ovsdb-tool', ['compare-versions', versions[0], '<', versions[1]]);
  return compared.code === 0;
}

async function observeRows(
  host: Host,
  { name, members, dead }: CentralOptions,
  { status }: SeenDatabase,
): Promise<Rows | undefined> {
  const address = members[name];
  if (!status?.led || address === undefined) return undefined;
  const [ports, ...encaps] = await transact(host, 'southbound', [
    select('Connection', 'target', targetOf(address), ['role']),
    ...dead.map((one) => select('Encap', 'ip', parseIp(one)?.ip ?? one, ['chassis_name'])),
  ]);
  const chassis = encaps.flat().map((row) => String(row.chassis_name));
  return { port: (ports ?? []).some(({ role }) => role === 'ovn-controller'), dead: [...new Set(chassis)] };
}

const select = (table: string, column: string, value: string, columns: readonly string[]) => ({
  ...{ op: 'select', table },
  where: [[column, '==', value]],
  columns,
});

/** Reads what this host has. */
export async function observe(host: Host, options: CentralOptions): Promise<State> {
  const [northbound, southbound, unit, installed, certified, texts] = await Promise.all([
    observeDatabase(host, 'northbound'),
    observeDatabase(host, 'southbound'),
    readUnits(host, UNITS),
    host.stat('/usr/bin/ovn-northd'),
    host.stat(FILES.member),
    Promise.all(UNIT_FILES.map(async (path) => [path, await readText(host, path)] as const)),
  ]);
  return {
    databases: { northbound, southbound },
    files: new Map(texts),
    unit,
    installed: installed !== undefined,
    certified: certified !== undefined,
    rows: await observeRows(host, options, southbound),
  };
}
