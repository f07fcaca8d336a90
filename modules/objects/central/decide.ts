import { Failure, OptionError } from '../../lib/failure.ts';
import { DATABASES, type DatabaseName, LEFT, remote } from '../../lib/ovn/databases.ts';
import type { SeenDatabase } from './observe.ts';
import type { CentralOptions } from './options.ts';

/** What becomes of a database's file. */
export type Decision =
  | { readonly act: 'keep' }
  /** It is the first of a new cluster. */
  | { readonly act: 'found' }
  /** It joins the cluster of others. @param cluster its id, where it is known */
  | { readonly act: 'join'; readonly remotes: readonly string[]; readonly cluster: string };

type Asked = CentralOptions['hosts'][number];

/** A server's words when it has been taken out of its cluster. */
const OUT = [LEFT, 'removed from cluster'];

/** Whether a member's file is of no more use. */
const isOut = ({ status }: SeenDatabase): boolean => status !== undefined && OUT.includes(status.status);

const isMember = ({ members }: CentralOptions, name: string): boolean => Object.hasOwn(members, name);

/**
 * The other hosts with a cluster of this database: members, or, where none has it, hosts that have been members. A hypervisor that is no
 * member has no say in what members have.
 */
function clustered(options: CentralOptions, database: DatabaseName, local: SeenDatabase): Asked[] {
  const others = options.hosts.filter((one) => one.name !== options.name && one[database].kind === 'cluster');
  const members = others.filter(({ name }) => isMember(options, name));
  const isKept = isMember(options, options.name) && local.kind === 'cluster' && !isOut(local);
  return isKept || members.length > 0 ? members : others;
}

/** A host's address in the cluster; empty where it has none. It is by the inventory, never by what the host says. */
function addressOf(
  options: CentralOptions,
  database: DatabaseName,
  { name, address }: { name: string; address?: string },
): string {
  const known = options.members[name] || address;
  return known ? remote('ssl', known, DATABASES[database].clusterPort) : '';
}

/** @throws OptionError where hosts have clusters that are not the same */
function oneCluster(options: CentralOptions, database: DatabaseName, local: SeenDatabase): string {
  const ids = new Map<string, string>();
  for (const one of clustered(options, database, local)) {
    const { cluster } = one[database];
    if (cluster) ids.set(cluster, one.name);
  }
  if (local.kind === 'cluster' && local.cluster && !isOut(local)) ids.set(local.cluster, options.name);
  const [first, second] = [...ids.values()];
  if (first === undefined || second === undefined) return [...ids.keys()][0] ?? '';
  throw new OptionError(
    'members',
    `${first} and ${second} have different clusters of the ${database} database: on the one whose data is not needed, remove it by 'state: absent' (ovn_state), and run again`,
  );
}

/** @throws Failure where it can't be kept, and isn't ours to delete */
function refuseOthers(options: CentralOptions, database: DatabaseName, local: SeenDatabase): void {
  const { file } = DATABASES[database];
  const desired = addressOf(options, database, options);
  if (local.kind === 'standalone' && !local.empty) {
    throw new Failure(
      `${options.name}: ${file} is a standalone database that has rows, which this module didn't write: it is kept. Move it away to start with an empty one, or make it a cluster by 'ovsdb-tool create-cluster' with the address ${desired}`,
    );
  }
  if (local.kind === 'cluster' && local.address !== desired) {
    throw new Failure(
      `${options.name}: ${file} is a server of a cluster with the address ${local.address}, and not ${desired}: it is kept. If the address of the host has changed, take the host out first by 'state: absent' (ovn_state)`,
    );
  }
}

/**
 * Decides what becomes of a database's file: an existing cluster is joined, and one is founded only where every member has said that it has
 * none. Pure.
 * @throws Failure
 */
export function decide(options: CentralOptions, database: DatabaseName, local: SeenDatabase): Decision {
  refuseOthers(options, database, local);
  const cluster = oneCluster(options, database, local);
  const others = clustered(options, database, local);
  if (local.kind === 'cluster' && !(isOut(local) && others.length > 0)) return { act: 'keep' };
  if (others.length > 0) {
    const lost = others.find((one) => addressOf(options, database, one) === '');
    if (lost) {
      throw new OptionError(
        'hosts',
        `${lost.name} has a cluster of the ${database} database, and no address: give it one in the inventory (ovn_address)`,
      );
    }
    const remotes = others.map((one) => addressOf(options, database, one));
    return { act: 'join', remotes: [...new Set(remotes)], cluster };
  }
  const names = Object.keys(options.members);
  // A former member has a cluster until it has left it.
  const unknown = [...new Set([...names, ...options.group])].filter(
    (one) => one !== options.name && !options.hosts.some(({ name }) => name === one),
  );
  if (unknown.length > 0) {
    throw new OptionError(
      'hosts',
      `${unknown.join(', ')} can't be asked whether there is a cluster already, and this host has none of the ${database} database: run on all hosts. If they don't come back, remove them from 'members' (ovn_central) and from the inventory`,
    );
  }
  const [first = ''] = names;
  if (first === options.name) return { act: 'found' };
  return { act: 'join', remotes: [addressOf(options, database, { name: first })], cluster: '' };
}

/** A server that is removed from a cluster. */
export interface Kick {
  readonly database: DatabaseName;
  /** Four digits of its id, as `cluster/kick` takes them. */
  readonly server: string;
  readonly address: string;
}

/** The member that acts for all where one is enough: the first that is in the cluster. */
export function isActor(
  { members, hosts, name }: CentralOptions,
  database: DatabaseName,
  local: SeenDatabase,
): boolean {
  const clusters = (member: string) =>
    member === name
      ? local.kind === 'cluster' && !isOut(local)
      : hosts.find((one) => one.name === member)?.[database].kind === 'cluster';
  return Object.keys(members).find(clusters) === name;
}

/**
 * The servers that one member removes: those whose host is dead, and those of a member that says that it has another one now, since it
 * was installed again. Pure.
 */
export function kicksOf(options: CentralOptions, database: DatabaseName, local: SeenDatabase): Kick[] {
  const { status } = local;
  if (!status?.led || !isActor(options, database, local)) return [];
  const { clusterPort } = DATABASES[database];
  const dead = options.dead.map((address) => remote('ssl', address, clusterPort));
  const isFormer = (id: string, address: string) => {
    const entries = Object.entries(options.members);
    const [member] = entries.find(([, one]) => remote('ssl', one, clusterPort) === address) ?? [];
    const asked = options.hosts.find(({ name }) => name === member);
    return member !== options.name && asked !== undefined && !asked[database].server.startsWith(id);
  };
  return status.servers
    .filter(({ id, address }) => dead.includes(address) || isFormer(id, address))
    .map(({ id, address }) => ({ database, server: id, address }));
}

/**
 * @throws Failure where those that stay are no majority without this server: nothing could be written any more, and no dead one removed
 */
export function refuseLoss(options: CentralOptions, database: DatabaseName, local: SeenDatabase): void {
  const { name } = options;
  const rest = (local.status?.servers ?? []).filter(({ address }) => address !== local.address);
  // A member that joined in this run has said nothing of it yet.
  const alive = options.hosts.map((one) => addressOf(options, database, one));
  const lost = rest.filter(({ address }) => !alive.includes(address));
  if (rest.length - lost.length > rest.length / 2) return;
  const those = lost.map(({ address }) => address).join(', ');
  throw new Failure(
    `${name} can't leave the cluster of the ${database} database: of those that stay, ${those} did not answer, and the rest is no majority. Run on all hosts; if a host doesn't come back, give its address in 'dead' (ovn_dead)`,
  );
}

/**
 * A host that was the only member keeps its databases until another one has joined them: they would be lost.
 * @throws Failure
 */
export function refuseLast(options: CentralOptions, database: DatabaseName, local: SeenDatabase): void {
  const { members, hosts, name } = options;
  const others = Object.keys(members).filter((one) => one !== name);
  const has = hosts.some((one) => others.includes(one.name) && one[database].kind === 'cluster');
  if (others.length === 0 || has || local.kind !== 'cluster') return;
  if ((local.status?.servers.length ?? 0) > 1) return;
  throw new Failure(
    `${name} is the only server of the ${database} database, and none of ${others.join(', ')} has joined it: it is kept. Run on all hosts; the errors of these hosts say why they don't join`,
  );
}

/** Warnings of servers in a cluster that no host has. Pure. */
export function strangersOf(
  options: CentralOptions,
  database: DatabaseName,
  { status }: SeenDatabase,
): string[] {
  const { clusterPort } = DATABASES[database];
  const known = [...Object.values(options.members), ...options.dead].map((one) =>
    remote('ssl', one, clusterPort),
  );
  const leaving = options.hosts.map((one) => addressOf(options, database, one));
  return (status?.servers ?? [])
    .filter(({ address }) => !known.includes(address) && !leaving.includes(address))
    .map(
      ({ address }) =>
        `the cluster of the ${database} database has a server at ${address}, which is not among 'members': if its host doesn't come back, give its address in 'dead' (ovn_dead)`,
    );
}
