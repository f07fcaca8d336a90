import { asError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { NO_ROWS, readChassis, readNorthbound } from '../../lib/ovn/read.ts';
import type { Chassis, Northbound } from '../../lib/ovn/tables.ts';
import { Unreachable } from '../../lib/ovsdb/read.ts';
import type { CloudOptions } from './options.ts';

/** What a plan depends on. */
export interface State {
  readonly northbound: Northbound;
  readonly socket: string;
  readonly chassis: readonly Chassis[];
  /** Why the databases can't be reached, where an earlier task may install them. */
  readonly unreachable: string | undefined;
}

/** Reads both databases at the same time, each in one request. */
export async function observe(host: Host, options: CloudOptions): Promise<State> {
  const { database_socket, southbound_socket, timeout } = options;
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
