import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { select } from './operations.ts';
import { Session } from './session.ts';
import { type Database, decodeRow, EMPTY, TABLES, type TableName } from './tables.ts';

// Debian and its kin, then a build from source.
const SOCKETS = ['/var/run/openvswitch/db.sock', '/usr/local/var/run/openvswitch/db.sock'];

/**
 * The path of the database's socket.
 * @param given the option `database_socket`: a path, also in the form `unix:PATH`
 * @throws Failure when it is no Unix socket's
 */
export async function findSocket(host: Host, given: string | undefined): Promise<string> {
  if (given !== undefined) {
    const path = given.replace(/^unix:/, '');
    if (path.startsWith('/')) return path;
    throw new Failure(`option 'database_socket': '${given}' is not the absolute path of a Unix socket`);
  }
  const there = await Promise.all(SOCKETS.map((path) => host.stat(path)));
  return SOCKETS[there.findIndex((file) => file !== undefined)] ?? (SOCKETS[0] as string);
}

/** Open vSwitch can't be asked: it isn't installed, or its database isn't running. */
export class Unreachable extends Failure {}

async function connect(host: Host, socket: string): Promise<Session> {
  try {
    return await Session.open(host, socket);
  } catch (error) {
    const there = await host.stat(socket);
    const reason = there ? (error as Error).message : `there is no ${socket}`;
    const way = "install the package openvswitch-switch, or 'systemctl start openvswitch-switch'";
    throw new Unreachable(`Open vSwitch isn't running: ${reason}. The way out: ${way}`);
  }
}

const NAMES = Object.keys(TABLES) as TableName[];

/**
 * Reads the tables in one request, so that all of it is of one moment.
 * @param seconds how long the database may take
 * @throws Unreachable, or a Failure
 */
export async function readDatabase(host: Host, socket: string, seconds: number): Promise<Database> {
  const session = await connect(host, socket);
  try {
    const results = await session.transact(
      NAMES.map((table) => select(table, Object.keys(TABLES[table]))),
      seconds,
    );
    const rowsOf = <T extends TableName>(table: T) => {
      const result = results[NAMES.indexOf(table)];
      if (!result?.rows) throw new Failure(`Open vSwitch's table ${table} can't be read: ${result?.details}`);
      return result.rows.map((row) => decodeRow(table, row));
    };
    const [root] = rowsOf('Open_vSwitch');
    if (!root) throw new Failure("Open vSwitch's database isn't initialised: start ovs-vswitchd.service");
    return {
      root,
      bridges: rowsOf('Bridge'),
      controllers: rowsOf('Controller'),
      ports: rowsOf('Port'),
      interfaces: rowsOf('Interface'),
    };
  } finally {
    session.close();
  }
}

/** What the database has, or why it can't be asked. */
export interface Answer {
  readonly database: Database;
  readonly unreachable: string | undefined;
}

/** The same, empty where an earlier task of a check run would have installed or started Open vSwitch. */
export async function readIfReachable(host: Host, socket: string, seconds: number): Promise<Answer> {
  try {
    return { database: await readDatabase(host, socket, seconds), unreachable: undefined };
  } catch (error) {
    if (error instanceof Unreachable) return { database: EMPTY, unreachable: error.message };
    throw error;
  }
}
