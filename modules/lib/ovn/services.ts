import { UNIT_DIRECTORY } from '../systemd/units.ts';
import { DATABASE_NAMES, DATABASES, type DatabaseName, remote } from './databases.ts';
import { FILES } from './files.ts';

// Debian's units run ovn-ctl with $OVN_CTL_OPTS of /etc/default. Drop-ins add options, so that this file stays the user's.

export const NORTHD_UNIT = 'ovn-northd.service';
export const CENTRAL_UNIT = 'ovn-central.service';
export const CONTROLLER_UNIT = 'ovn-controller.service';
export const HOST_UNIT = 'ovn-host.service';
export const RELAY_UNIT = 'piecewise-cloud-ovn-relay.service';

const CTL = '/usr/share/ovn/scripts/ovn-ctl';

const dropIn = (unit: string): string => `${UNIT_DIRECTORY}/${unit}.d/piecewise-cloud.conf`;

/** The drop-in of each unit that has one. */
export const DROP_INS = {
  northbound: dropIn(DATABASES.northbound.unit),
  southbound: dropIn(DATABASES.southbound.unit),
  northd: dropIn(NORTHD_UNIT),
  controller: dropIn(CONTROLLER_UNIT),
} as const;

/** The relay's file. */
export const RELAY_FILE = `${UNIT_DIRECTORY}/${RELAY_UNIT}`;

const HEADER = '# piecewise.cloud: changes made here are lost.';

/** Where the members of a cluster are. */
export interface Membership {
  /** This member's address. */
  readonly address: string;
  /** Those of all members. */
  readonly all: readonly string[];
}

/**
 * A database's server. The address to join is its own, which ovsdb-tool refuses: so a server whose file is lost fails to start, and
 * founds no second cluster. The module makes the file. With other members there is a port for their northd.
 */
function serverDropIn(name: DatabaseName, { address, all }: Membership): string {
  const { short, memberPort } = DATABASES[name];
  const host = address.includes(':') ? `[${address}]` : address;
  const options = [
    `--db-${short}-cluster-local-addr=${host}`,
    `--db-${short}-cluster-local-proto=ssl`,
    `--db-${short}-cluster-remote-addr=${host}`,
    `--db-${short}-cluster-remote-proto=ssl`,
    `--ovn-${short}-db-ssl-key=${FILES.key}`,
    `--ovn-${short}-db-ssl-cert=${FILES.member}`,
    `--ovn-${short}-db-ssl-ca-cert=${FILES.memberAuthority}`,
    `--db-${short}-create-insecure-remote=no`,
    `--db-${short}-use-remote-in-db=no`,
  ];
  const port = all.length > 1 ? [`-- --remote=${remote('pssl', address, memberPort)}`] : [];
  return [
    HEADER,
    // It stops with the server, and so has to start with it.
    ...(name === 'southbound' ? ['[Unit]', `Wants=${RELAY_UNIT}`, ''] : []),
    '[Service]',
    'ExecStart=',
    `ExecStart=${CTL} run_${short}_ovsdb $OVN_CTL_OPTS ${[...options, ...port].join(' ')}`,
    '',
  ].join('\n');
}

/**
 * northd connects to the leader of each database only, which may be another member (measured). The first address decides whether it
 * checks that its server is alive, and the socket needs no check: with the socket first, each northd would wait for ever for a
 * leader that has lost its power (measured). Without --ovn-manage-ovsdb=no, to stop northd would stop the databases (measured).
 */
function northdDropIn({ address, all }: Membership): string {
  const others = all.filter((one) => one !== address);
  const options = DATABASE_NAMES.map((name) => {
    const { short, socket, memberPort } = DATABASES[name];
    const remotes = [...others.map((one) => remote('ssl', one, memberPort)), `unix:${socket}`];
    return `--ovn-northd-${short}-db=${remotes.join(',')}`;
  });
  const certificate = [
    `--ovn-northd-ssl-key=${FILES.key}`,
    `--ovn-northd-ssl-cert=${FILES.member}`,
    `--ovn-northd-ssl-ca-cert=${FILES.memberAuthority}`,
  ];
  const fixed = '--ovn-manage-ovsdb=no --no-monitor $OVN_CTL_OPTS';
  return [
    HEADER,
    '[Service]',
    'ExecStart=',
    `ExecStart=${CTL} start_northd ${fixed} ${[...options, ...certificate].join(' ')}`,
    'ExecStop=',
    `ExecStop=${CTL} stop_northd ${fixed}`,
    '',
  ].join('\n');
}

/**
 * Chassis connect to a relay of the southbound database. A server has one authority for all its ports: with theirs, a chassis
 * could talk to the cluster's port as a member, past all rules. It stops with the server: one that has lost its server keeps its
 * chassis for 30 s more, which learn of no change meanwhile (measured), and without it they connect to another member at once.
 */
const RELAY = [
  HEADER,
  '[Unit]',
  'Description=Southbound database of OVN, for chassis',
  `After=network.target ${DATABASES.southbound.unit}`,
  `BindsTo=${DATABASES.southbound.unit}`,
  `PartOf=${CENTRAL_UNIT}`,
  '',
  '[Service]',
  'Type=simple',
  // The rows with ports are shared: each relay fails to open those of the others again and again, and would say so.
  'ExecStart=/usr/sbin/ovsdb-server -vconsole:warn -vsyslog:off -vfile:off -vsocket_util:off -vovsdb_jsonrpc_server:off \\',
  '    --unixctl=/run/piecewise-cloud-ovn/relay.ctl \\',
  '    --remote=db:OVN_Southbound,SB_Global,connections \\',
  `    --private-key=${FILES.key} --certificate=${FILES.member} --ca-cert=${FILES.chassisAuthority} \\`,
  `    relay:OVN_Southbound:unix:${DATABASES.southbound.socket}`,
  'Restart=always',
  'RestartSec=1',
  'RuntimeDirectory=piecewise-cloud-ovn',
  'LimitNOFILE=65535',
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  '',
  '[Install]',
  `WantedBy=${CENTRAL_UNIT}`,
  '',
].join('\n');

/** The files of a member's units, by path. */
export const centralFiles = (membership: Membership): ReadonlyMap<string, string> =>
  new Map([
    [DROP_INS.northbound, serverDropIn('northbound', membership)],
    [DROP_INS.southbound, serverDropIn('southbound', membership)],
    [DROP_INS.northd, northdDropIn(membership)],
    [RELAY_FILE, RELAY],
  ]);

/** The drop-in of a chassis' ovn-controller. */
export const CONTROLLER_DROP_IN = [
  HEADER,
  '[Service]',
  'ExecStart=',
  `ExecStart=${CTL} start_controller --ovn-manage-ovsdb=no --no-monitor $OVN_CTL_OPTS --ovn-controller-ssl-key=${FILES.key} --ovn-controller-ssl-cert=${FILES.chassis} --ovn-controller-ssl-ca-cert=${FILES.memberAuthority}`,
  '',
].join('\n');

/** The unit that each file is of. */
export const UNIT_OF: Readonly<Record<string, string>> = {
  [DROP_INS.northbound]: DATABASES.northbound.unit,
  [DROP_INS.southbound]: DATABASES.southbound.unit,
  [DROP_INS.northd]: NORTHD_UNIT,
  [RELAY_FILE]: RELAY_UNIT,
};
