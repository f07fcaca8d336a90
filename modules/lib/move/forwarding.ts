// The way from one hypervisor to another: Unix sockets, forwarded through one SSH connection. Nothing new listens on a network.

/** The ID of a move: all moves of one guest have the same, so that a later one finds what an earlier one has left. */
export const moveId = (uuid: string): string => uuid.replaceAll('-', '').slice(0, 16);

/** Where libvirt has its own sockets: they are gone after a boot. */
const SOCKETS = '/run/libvirt/qemu';

/** Root's own. */
const STATE = '/var/lib/piecewise-cloud/moves';

/** Most bytes in the path of a socket (unix(7)). */
const LONGEST = 107;

/**
 * The name of a socket that the QEMU of a guest uses. libvirt's AppArmor profile of a guest allows this name (`virt-aa-helper`), for
 * a kind of migration that libvirt had once.
 */
const forQemu = (directory: string, kind: string, name: string): string => {
  const path = `${directory}/${kind}.tunnelmigrate.dest.${name}`;
  return path.length <= LONGEST ? path : `${directory}/${kind}`;
};

/** The paths of a move, the same on both hosts. */
export const pathsOf = (id: string) => {
  const [sockets, state] = [`${SOCKETS}/piecewise-${id}`, `${STATE}/${id}`];
  return {
    /** The directory of the sockets that QEMU itself connects to. It belongs to QEMU's user. */
    sockets,
    /**
     * libvirt's socket of the new host, as the old one sees it. Who connects to it is root there: it is where root alone comes, and only
     * libvirtd and virsh use it.
     */
    libvirt: `${state}/libvirt`,
    /** Those that carry the memory and the disks. */
    migration: (name: string) => forQemu(sockets, 'm', name),
    disks: (name: string) => forQemu(sockets, 'd', name),
    state,
    key: `${state}/key`,
    knownHosts: `${state}/known_hosts`,
    /** What the host that it leaves has said of it to the other: it sends nothing else. */
    described: `${state}/described`,
    /** What is moved, on the host that it leaves and on the other: for the run after one that was killed. */
    leaving: `${state}/leaving.json`,
    arriving: `${state}/arriving.json`,
    /** On the new host: which of its templates are those of the old one. */
    templates: `${state}/templates.json`,
  };
};

/** The directory of all moves' own files. */
export const MOVES = STATE;

/** The name by which the old host knows the new one's keys, whatever its address is. */
const ALIAS = 'piecewise-move';

/** The address of a host, as ssh takes it. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

/** The old host's `known_hosts`. @param keys lines of the new host's public keys: type, key */
export const knownHostsText = (keys: readonly string[]): string =>
  keys.map((key) => `${ALIAS} ${key.split(/\s+/).slice(0, 2).join(' ')}\n`).join('');

/**
 * The arguments of ssh for the way: no setting of the user, of the host or of an agent counts.
 * @param name of the guest
 * @param socket of the new host's libvirt
 */
export function sshArguments(id: string, name: string, { address, port }: Target, socket: string): string[] {
  const { key, knownHosts, libvirt, migration, disks } = pathsOf(id);
  const options = [
    'BatchMode=yes',
    'CheckHostIP=no',
    'ConnectTimeout=15',
    'ControlPath=none',
    'ExitOnForwardFailure=yes',
    'GlobalKnownHostsFile=/dev/null',
    `HostKeyAlias=${ALIAS}`,
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    'ServerAliveCountMax=4',
    'ServerAliveInterval=15',
    // QEMU runs as a user of its own. The directory of each socket says who reaches it.
    'StreamLocalBindMask=0111',
    'StreamLocalBindUnlink=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
  ];
  const forwards = [
    [libvirt, socket],
    [migration(name), migration(name)],
    [disks(name), disks(name)],
  ];
  return [
    ...['-F', 'none', '-N', '-T', '-i', key, '-p', String(port), '-l', 'root'],
    ...options.flatMap((option) => ['-o', option]),
    ...forwards.flatMap(([from, to]) => ['-L', `${from}:${to}`]),
    ...['--', address],
  ];
}

/** The libvirt of the new host, as the old one reaches it. */
export const remoteUri = (id: string): string => `qemu+unix:///system?socket=${pathsOf(id).libvirt}`;
