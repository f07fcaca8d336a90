import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connect, type DatabaseServer, readTables, socketsOf } from '../ovsdb/read.ts';
import { type Chassis, NORTHBOUND, type Northbound, SOUTHBOUND } from './tables.ts';

const FIX = "install the package ovn-central, or 'systemctl start ovn-central'";

/** The database of what is desired. */
export const NORTHBOUND_SERVER: DatabaseServer = {
  schema: 'OVN_Northbound',
  called: "OVN's northbound database",
  sockets: ['/var/run/ovn/ovnnb_db.sock', '/usr/local/var/run/ovn/ovnnb_db.sock'],
  server: 'OVN',
  fix: FIX,
  client: 'ovn-nbctl',
};

/** The database of what hypervisors do. */
export const SOUTHBOUND_SERVER: DatabaseServer = {
  schema: 'OVN_Southbound',
  called: "OVN's southbound database",
  sockets: ['/var/run/ovn/ovnsb_db.sock', '/usr/local/var/run/ovn/ovnsb_db.sock'],
  server: 'OVN',
  fix: FIX,
  client: 'ovn-sbctl',
};

/** The hypervisors that OVN knows. @param given the option `southbound_socket` */
export async function readChassis(
  host: Host,
  given: string | undefined,
  seconds: number,
): Promise<Chassis[]> {
  const session = await connect(host, SOUTHBOUND_SERVER, socketsOf(SOUTHBOUND_SERVER, given));
  try {
    const { Chassis, Chassis_Private } = await readTables(session, SOUTHBOUND, SOUTHBOUND_SERVER, seconds);
    const carriedOut = new Map(Chassis_Private.map(({ name, nb_cfg }) => [name, nb_cfg]));
    return Chassis.map(({ name, hostname }) => ({
      name,
      hostname,
      carriedOut: carriedOut.get(name) ?? 0,
    })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    session.close();
  }
}

/** The northbound database at one moment, and its socket. @param given the option `database_socket` */
export async function readNorthbound(
  host: Host,
  given: string | undefined,
  seconds: number,
): Promise<{ northbound: Northbound; socket: string }> {
  const session = await connect(host, NORTHBOUND_SERVER, socketsOf(NORTHBOUND_SERVER, given));
  try {
    const northbound = await readTables(session, NORTHBOUND, NORTHBOUND_SERVER, seconds);
    if (northbound.NB_Global.length === 0)
      throw new Failure("OVN's northbound database isn't initialised: is ovn-northd running?");
    return { northbound, socket: session.socket };
  } finally {
    session.close();
  }
}

/** A database without rows: what a check run assumes where none is installed. */
export const NO_ROWS: Northbound = Object.fromEntries(
  Object.keys(NORTHBOUND).map((table) => [table, []]),
) as unknown as Northbound;
