import { asError } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { Unreachable } from '../ovsdb/read.ts';
import { NO_ROWS, readChassis, readNorthbound } from './read.ts';
import type { Chassis, Northbound } from './tables.ts';

/** The options that say where the databases are, and how many seconds they may take. */
interface Where {
  readonly database_socket?: string | undefined;
  readonly southbound_socket?: string | undefined;
  readonly timeout: number;
}

/** What a plan of changes in OVN depends on. */
export interface State {
  readonly northbound: Northbound;
  readonly socket: string;
  readonly chassis: readonly Chassis[];
  /** Why the databases can't be reached, where an earlier task may install them. */
  readonly unreachable: string | undefined;
}

/**
 * Reads both databases at the same time, each in one request.
 * @throws Failure when one can't be read. That there is none is no error here: an earlier task may install it.
 */
export async function observe(
  host: Host,
  { database_socket, southbound_socket, timeout }: Where,
): Promise<State> {
  try {
    const [read, chassis] = await Promise.all([
      readNorthbound(host, database_socket, timeout),
      readChassis(host, southbound_socket, timeout),
    ]);
    return { ...read, chassis, unreachable: undefined };
  } catch (error) {
    if (error instanceof Unreachable)
      return { northbound: NO_ROWS, socket: '', chassis: [], unreachable: error.message };
    throw asError(error);
  }
}
