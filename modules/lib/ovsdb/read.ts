import { Failure } from '../failure.ts';
import { isDenied } from '../host/errors.ts';
import type { Host } from '../host/host.ts';
import { select } from './operations.ts';
import { type DatabaseName, Session } from './session.ts';
import { decodeRowOf, type NameOf, type RowsOf, type Tables } from './tables.ts';

/** A database on this host, and what is to be done where its server isn't running. */
export interface DatabaseServer extends DatabaseName {
  /** Where its socket may be. */
  readonly sockets: readonly [string, ...string[]];
  /** What isn't running without it, such as `Open vSwitch`. */
  readonly server: string;
  /** The way out, for people. */
  readonly fix: string;
  /** Its client, for a hint: `ovs-vsctl`. */
  readonly client: string;
}

/** The server of a database isn't installed, or isn't running. */
export class Unreachable extends Failure {}

/**
 * Where a database's socket may be.
 * @param given the option `database_socket`: a path, also in the form `unix:PATH`
 * @throws Failure when it isn't the path of a Unix socket
 */
export function socketsOf(server: DatabaseServer, given: string | undefined): readonly [string, ...string[]] {
  if (given === undefined) return server.sockets;
  const path = given.replace(/^unix:/, '');
  if (path.startsWith('/')) return [path];
  throw new Failure(`option 'database_socket': '${given}' is not the absolute path of a Unix socket`);
}

/**
 * Connects, without looking for the socket first, which makes a task without changes faster.
 * @throws Unreachable, or a Failure
 */
export async function connect(
  host: Host,
  server: DatabaseServer,
  [socket, ...others]: readonly [string, ...string[]],
): Promise<Session> {
  try {
    return await Session.open(host, socket, server);
  } catch (error) {
    // Without permission, it is unknown whether the server runs.
    if (isDenied(error)) throw error;
    const exists = await host.stat(socket);
    const [next, ...rest] = others;
    if (!exists && next !== undefined && (await host.stat(next)))
      return connect(host, server, [next, ...rest]);
    const reason = exists ? (error as Error).message : `there is no ${socket}`;
    throw new Unreachable(`${server.server} isn't running: ${reason}: ${server.fix}`);
  }
}

/**
 * Reads all tables in one request, and so at one moment.
 * @param seconds how long the database may take
 */
export async function readTables<T extends Tables>(
  session: Session,
  tables: T,
  server: DatabaseServer,
  seconds: number,
): Promise<RowsOf<T>> {
  const names = Object.keys(tables) as NameOf<T>[];
  const results = await session.transact(
    names.map((table) => select(table, Object.keys(tables[table] ?? {}))),
    seconds,
  );
  const rowsOf = (table: NameOf<T>, i: number) => {
    const result = results[i];
    if (!result?.rows)
      throw new Failure(`the table ${table} of ${server.called} can't be read: ${result?.details}`);
    try {
      return result.rows.map((row) => decodeRowOf(tables, table, row));
    } catch {
      throw new Failure(
        `the table ${table} of ${server.called} has invalid content: see '${server.client} list ${table}'`,
      );
    }
  };
  return Object.fromEntries(names.map((table, i) => [table, rowsOf(table, i)])) as unknown as RowsOf<T>;
}
