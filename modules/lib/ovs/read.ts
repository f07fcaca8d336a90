import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connect, type DatabaseServer, readTables, socketsOf, Unreachable } from '../ovsdb/read.ts';
import { type Database, EMPTY, TABLES } from './tables.ts';

export { Unreachable } from '../ovsdb/read.ts';

/** The database of Open vSwitch, by Debian's package and others, and by a build from source. */
export const OPEN_VSWITCH: DatabaseServer = {
  schema: 'Open_vSwitch',
  called: "Open vSwitch's database",
  sockets: ['/var/run/openvswitch/db.sock', '/usr/local/var/run/openvswitch/db.sock'],
  server: 'Open vSwitch',
  fix: "install the package openvswitch-switch, or 'systemctl start openvswitch-switch'",
  client: 'ovs-vsctl',
};

/** The database at one moment. */
export interface Reading {
  readonly database: Database;
  /** The path of its socket. */
  readonly socket: string;
}

/**
 * Reads all tables in one request, and so at one moment.
 * @param given the option `database_socket`; undefined for the distribution's default
 * @param seconds how long the database may take
 * @throws Unreachable, or a Failure
 */
export async function readDatabase(host: Host, given: string | undefined, seconds: number): Promise<Reading> {
  const session = await connect(host, OPEN_VSWITCH, socketsOf(OPEN_VSWITCH, given));
  try {
    const rows = await readTables(session, TABLES, OPEN_VSWITCH, seconds);
    const [root] = rows.Open_vSwitch;
    if (!root) throw new Failure("Open vSwitch's database isn't initialised: start ovs-vswitchd.service");
    const database = {
      root,
      bridges: rows.Bridge,
      controllers: rows.Controller,
      ports: rows.Port,
      interfaces: rows.Interface,
    };
    return { database, socket: session.socket };
  } finally {
    session.close();
  }
}

/** The database, or why it is unreachable. */
export interface Answer extends Reading {
  readonly unreachable: string | undefined;
}

/** The same, empty where an earlier task of a check run would have installed or started Open vSwitch. */
export async function readIfReachable(
  host: Host,
  given: string | undefined,
  seconds: number,
): Promise<Answer> {
  try {
    return { ...(await readDatabase(host, given, seconds)), unreachable: undefined };
  } catch (error) {
    if (error instanceof Unreachable) return { database: EMPTY, socket: '', unreachable: error.message };
    throw error;
  }
}
