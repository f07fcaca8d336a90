import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** The databases by what options call them. */
export const DATABASES = {
  northbound: {
    schema: 'OVN_Northbound',
    short: 'nb',
    file: '/var/lib/ovn/ovnnb_db.db',
    socket: '/run/ovn/ovnnb_db.sock',
    control: '/run/ovn/ovnnb_db.ctl',
    unit: 'ovn-ovsdb-server-nb.service',
    schemaFile: '/usr/share/ovn/ovn-nb.ovsschema',
    /** Where the servers of the cluster talk to each other. */
    clusterPort: 6643,
    /** Where the northd of other members connects. */
    memberPort: 6641,
  },
  southbound: {
    schema: 'OVN_Southbound',
    short: 'sb',
    file: '/var/lib/ovn/ovnsb_db.db',
    socket: '/run/ovn/ovnsb_db.sock',
    control: '/run/ovn/ovnsb_db.ctl',
    unit: 'ovn-ovsdb-server-sb.service',
    schemaFile: '/usr/share/ovn/ovn-sb.ovsschema',
    clusterPort: 6644,
    memberPort: 16642,
  },
} as const;

export type DatabaseName = keyof typeof DATABASES;

export const DATABASE_NAMES: readonly DatabaseName[] = ['northbound', 'southbound'];

/** Where chassis connect to the southbound database. */
export const CHASSIS_PORT = 6642;

/** An address of OVSDB; one of IPv6 is in brackets. */
export const remote = (protocol: 'ssl' | 'pssl', address: string, port: number): string => {
  const host = address.includes(':') ? `[${address}]` : address;
  return protocol === 'ssl' ? `ssl:${host}:${port}` : `pssl:${port}:${host}`;
};

/** A database's file on a host. */
export interface DatabaseFile {
  readonly kind: 'none' | 'standalone' | 'cluster';
  /** Whether a standalone one has nothing of a user. */
  readonly empty: boolean;
  /** The ids of the cluster and of this server in it, and the server's address; empty where it isn't a cluster's. */
  readonly cluster: string;
  readonly server: string;
  readonly address: string;
}

const NO_FILE: DatabaseFile = { kind: 'none', empty: true, cluster: '', server: '', address: '' };

// Tables of rows that stand by themselves, in every release since 22.03: all others belong to rows of these. A southbound database
// has nothing of a user: northd makes it from the northbound one.
const USERS_TABLES = [
  'Logical_Switch',
  'Logical_Router',
  'Load_Balancer',
  'Address_Set',
  'Port_Group',
  'DHCP_Options',
  'DNS',
  'Meter',
  'HA_Chassis_Group',
  'Copp',
];

async function isEmpty(host: Host, name: DatabaseName): Promise<boolean> {
  if (name === 'southbound') return true;
  const selects = USERS_TABLES.map((table) => ({ op: 'select', table, where: [], columns: ['_uuid'] }));
  const { schema, file } = DATABASES[name];
  const text = await runOrFail(host, 'ovsdb-tool', ['query', file, JSON.stringify([schema, ...selects])]);
  return rowsIn(text, 'ovsdb-tool query').every((rows) => rows.length === 0);
}

/** Reads a database's file, whether its server runs or not. @throws Failure */
export async function readDatabaseFile(host: Host, name: DatabaseName): Promise<DatabaseFile> {
  const { file } = DATABASES[name];
  if (!(await host.stat(file))) return NO_FILE;
  const { code } = await host.run('ovsdb-tool', ['db-is-clustered', file]);
  if (code !== 0) return { ...NO_FILE, kind: 'standalone', empty: await isEmpty(host, name) };
  const [sid, address, cid] = await Promise.all([
    runOrFail(host, 'ovsdb-tool', ['db-sid', file]),
    runOrFail(host, 'ovsdb-tool', ['db-local-address', file]),
    // One that is still joining has none.
    host.run('ovsdb-tool', ['db-cid', file]),
  ]);
  return {
    kind: 'cluster',
    empty: false,
    cluster: cid.code === 0 ? cid.stdout.trim() : '',
    server: sid.trim(),
    address: address.trim(),
  };
}

type Rows = readonly Readonly<Record<string, unknown>>[];

function rowsIn(text: string, what: string): Rows[] {
  let results: unknown;
  try {
    results = JSON.parse(text);
  } catch {
    throw new Failure(`${what}: the answer is not JSON`);
  }
  return [results].flat().map((result) => {
    const { error, details, rows = [] } = (result ?? {}) as { error?: string; details?: string; rows?: Rows };
    if (error) throw new Failure(`${what}: ${error}: ${details ?? ''}`);
    return rows;
  });
}

/** Seconds that a database may take to answer. */
const ANSWER = 10;

/** Carries out operations as one transaction, over the Unix socket. @returns the rows of each @throws Failure */
export async function transact(
  host: Host,
  name: DatabaseName,
  operations: readonly object[],
): Promise<Rows[]> {
  const { schema, socket } = DATABASES[name];
  const transaction = JSON.stringify([schema, ...operations]);
  const args = ['-t', String(ANSWER), 'transact', `unix:${socket}`, transaction];
  return rowsIn(await runOrFail(host, 'ovsdb-client', args), `the ${name} database`);
}

/** What a server says of its cluster. */
export interface ClusterStatus {
  /** In ovsdb-server's words: `cluster member`, `joining cluster`, `left cluster`. */
  readonly status: string;
  readonly role: string;
  /** Whether a leader is known, so that the database can be written. */
  readonly led: boolean;
  readonly cluster: string;
  readonly server: string;
  readonly servers: readonly { readonly id: string; readonly address: string }[];
}

/** Parses `cluster/status`. */
export function parseStatus(text: string): ClusterStatus {
  const value = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const id = (name: string) => /\(([0-9a-f-]{36})\)/.exec(value(name))?.[1] ?? '';
  const servers = [...text.matchAll(/^ {4}([0-9a-f]{4}) \([0-9a-f]{4} at ([^)]+)\)/gm)];
  return {
    status: value('Status'),
    role: value('Role'),
    led: !['', 'unknown'].includes(value('Leader')),
    cluster: id('Cluster ID'),
    server: id('Server ID'),
    servers: servers.map(([, short = '', address = '']) => ({ id: short, address })),
  };
}

/** Reads what the server says of its cluster; undefined where it doesn't run. */
export async function readStatus(host: Host, name: DatabaseName): Promise<ClusterStatus | undefined> {
  const { schema, control } = DATABASES[name];
  const { code, stdout, stderr } = await host.run('ovs-appctl', [
    ...['--timeout', String(ANSWER), '-t', control, 'cluster/status', schema],
  ]);
  if (code === 0) return parseStatus(stdout);
  // A server gives a database up when it has left the cluster, or was removed from it (measured).
  return stderr.includes('unknown cluster') ? parseStatus(`Status: ${LEFT}\n`) : undefined;
}

/** What a server says that has left its cluster. */
export const LEFT = 'left cluster';
