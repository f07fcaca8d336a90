import { Failure } from '../failure.ts';
import { isDenied } from '../host/errors.ts';
import type { Host } from '../host/host.ts';
import { select } from './operations.ts';
import { Session, SOCKETS } from './session.ts';
import { type Database, decodeRow, EMPTY, TABLES, type TableName } from './tables.ts';

/**
 * Where the database's socket may be.
 * @param given the option `database_socket`: a path, also in the form `unix:PATH`
 * @throws Failure when it isn't the path of a Unix socket
 */
function candidates(given: string | undefined): readonly [string, ...string[]] {
  if (given === undefined) return SOCKETS;
  const path = given.replace(/^unix:/, '');
  if (path.startsWith('/')) return [path];
  throw new Failure(`option 'database_socket': '${given}' is not the absolute path of a Unix socket`);
}

/** Open vSwitch isn't installed, or its database isn't running. */
export class Unreachable extends Failure {}

// Connects without looking for the socket first, which makes a task without changes faster.
async function connect(host: Host, [socket, ...others]: readonly [string, ...string[]]): Promise<Session> {
  try {
    return await Session.open(host, socket);
  } catch (error) {
    // Without permission, it is unknown whether Open vSwitch runs.
    if (isDenied(error)) throw error;
    const exists = await host.stat(socket);
    const [next, ...rest] = others;
    if (!exists && next !== undefined && (await host.stat(next))) return connect(host, [next, ...rest]);
    const reason = exists ? (error as Error).message : `there is no ${socket}`;
    const fix = "install the package openvswitch-switch, or 'systemctl start openvswitch-switch'";
    throw new Unreachable(`Open vSwitch isn't running: ${reason}: ${fix}`);
  }
}

const NAMES = Object.keys(TABLES) as TableName[];

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
  const session = await connect(host, candidates(given));
  try {
    const results = await session.transact(
      NAMES.map((table) => select(table, Object.keys(TABLES[table]))),
      seconds,
    );
    const rowsOf = <T extends TableName>(table: T) => {
      const result = results[NAMES.indexOf(table)];
      if (!result?.rows) throw new Failure(`Open vSwitch's table ${table} can't be read: ${result?.details}`);
      try {
        return result.rows.map((row) => decodeRow(table, row));
      } catch {
        throw new Failure(`Open vSwitch's table ${table} has invalid content: see 'ovs-vsctl list ${table}'`);
      }
    };
    const [root] = rowsOf('Open_vSwitch');
    if (!root) throw new Failure("Open vSwitch's database isn't initialised: start ovs-vswitchd.service");
    const database = {
      root,
      bridges: rowsOf('Bridge'),
      controllers: rowsOf('Controller'),
      ports: rowsOf('Port'),
      interfaces: rowsOf('Interface'),
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
