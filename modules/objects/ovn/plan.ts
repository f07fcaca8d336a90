import type { Plan } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { DesiredRow } from '../../lib/ovn/desired.ts';
import { names, subjectOf } from '../../lib/ovn/desired.ts';
import { Index } from '../../lib/ovn/index.ts';
import type { Cloud } from '../../lib/ovn/model.ts';
import type { State } from '../../lib/ovn/observe.ts';
import { planRows } from '../../lib/ovn/plan/rows.ts';
import { cloudRows } from '../../lib/ovn/rows/cloud.ts';
import { NAMED } from '../../lib/ovn/tables.ts';
import { behind, type Writing } from '../../lib/ovn/write.ts';
import { describe } from './describe.ts';
import { type Entries, entriesOf, present } from './entries.ts';
import type { CloudOptions } from './options.ts';
import { resolve, withPrefixes } from './resolve.ts';
import { isRemoved, scopeOf } from './scope.ts';

/** The first change has the whole transaction. */
export interface Step {
  readonly writing?: Writing;
  /** The names of hypervisors by their system ids. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** The hypervisors that OVN doesn't know. */
  readonly unknown?: readonly string[];
}

/** A hypervisor's interface in a network. */
interface HostInterface {
  readonly interface_id: string;
  readonly mac: string;
  readonly mtu: number;
  /** With their prefixes. */
  readonly addresses: readonly string[];
}

/** What a cloud returns. */
export interface CloudResult {
  readonly networks: readonly {
    readonly name: string;
    readonly mtu: number;
    /** With their prefixes. */
    readonly gateway: readonly string[];
    readonly outside: readonly string[];
  }[];
  readonly interfaces: readonly {
    readonly network: string;
    readonly host: string;
    readonly guest: string;
    readonly port: string;
    readonly mac: string;
    readonly addresses: readonly string[];
  }[];
  /** By hypervisor and network, as the object `network` takes those of a hypervisor. */
  readonly host_interfaces: Readonly<Record<string, Readonly<Record<string, HostInterface>>>>;
  /** The hypervisors that have not carried out the last change. */
  readonly behind: readonly string[];
}

/** The names of hypervisors by their system ids. */
const hostsOf = ({ hypervisors }: Entries): Record<string, string> =>
  Object.fromEntries(
    [...hypervisors.values()].map(({ entry: { name, chassis } }) => [chassis ?? name, name]),
  );

/** How people know a hypervisor. */
export const hostName = (
  { name, hostname }: { readonly name: string; readonly hostname: string },
  hosts: Readonly<Record<string, string>>,
): string => hosts[name] ?? (hostname && hostname !== name ? `${hostname} (${name})` : name);

/** Plans a cloud. Pure. @throws Failure */
export function plan(options: CloudOptions, state: State): Plan<Step, CloudResult> {
  const entries = entriesOf(options);
  const index = new Index(state.northbound, options.owner);
  const scope = scopeOf(entries, index, options.purge);
  const { cloud, warnings } = resolve(options, entries, scope, index);
  const rows = cloudRows(cloud, options.owner);
  refuseTaken(rows, index);
  const { operations, touches } = planRows(rows, index, isRemoved(scope, entries));
  const hosts = hostsOf(entries);
  const late = lateOf(state);
  const unknown = unknownTo(state, entries);
  const writing: Writing = {
    socket: state.socket,
    southbound: options.southbound_socket,
    timeout: options.timeout,
    operations,
    late: late.map(({ name }) => name),
  };
  return {
    changes: describe(touches).map((change, i) => ({
      ...change,
      step: i === 0 ? { writing, hosts, unknown } : {},
    })),
    // A cloud that leaves may have left: nothing is there that could be removed.
    missing: state.unreachable === undefined || isLeaving(entries) ? [] : [state.unreachable],
    warnings: [
      ...scope.warnings,
      ...warnings,
      ...(unknown.length > 0
        ? [
            `OVN knows no hypervisor ${unknown.map((name) => `'${name}'`).join(', ')}: is ovn-controller running there, and its system-id that of 'chassis'?`,
          ]
        : []),
    ],
    result: { ...resultOf(cloud), behind: [...late.map((one) => hostName(one, hosts)), ...unknown] },
  };
}

/** The hypervisors that have not carried out the last change. */
function lateOf({ northbound, chassis }: State) {
  const [global] = northbound.NB_Global;
  return global ? behind(chassis, global.nb_cfg) : [];
}

/** Whether all hypervisors of the list, and all networks, are to be absent. */
const isLeaving = ({ hypervisors, networks }: Entries): boolean =>
  hypervisors.size > 0 &&
  [...hypervisors.values(), ...networks.values()].every(({ entry }) => entry.state === 'absent');

/** The hypervisors of the list that OVN doesn't know: one whose ovn-controller was stopped has taken itself out. */
function unknownTo({ chassis, unreachable }: State, { hypervisors }: Entries): string[] {
  if (unreachable !== undefined) return [];
  const known = new Set(chassis.map(({ name }) => name));
  return present(hypervisors).flatMap(({ entry: { name, chassis: id = name } }) =>
    known.has(id) ? [] : [name],
  );
}

/** The option that has the name of a row. */
const WORDS: Readonly<Record<string, string>> = {
  network: 'networks',
  uplink: 'uplinks',
  group: 'security_groups',
  port: 'hypervisors',
  leg: 'networks',
};

/** @throws OptionError where a row has a name that OVN has already, of others */
function refuseTaken(rows: readonly DesiredRow[], index: Index): void {
  for (const { table, name, columns } of rows) {
    const ovnName = columns.name;
    if (typeof ovnName !== 'string' || !NAMED.includes(table)) continue;
    const row = index.named(table, ovnName);
    if (!row || index.isOurs(row._uuid)) continue;
    const [kind = '', subject = ''] = subjectOf(name).split('/');
    throw new OptionError(
      WORDS[kind] ?? kind,
      `OVN has a ${table} '${ovnName}' already, which is not of owner '${index.owner}': give '${subject}' another name, or remove that row`,
    );
  }
}

function resultOf({ networks, nics, legs }: Cloud): Omit<CloudResult, 'behind'> {
  const byName = new Map(networks.map((network) => [network.name, network]));
  const subnetsOf = (network: string) => byName.get(network)?.subnets ?? [];
  return {
    networks: networks.map(({ name, mtu, subnets, outside }) => ({
      ...{ name, mtu },
      gateway: subnets.flatMap(({ subnet, gateway }) =>
        gateway === undefined ? [] : withPrefixes([gateway], [{ subnet, gateway }]),
      ),
      outside: outside?.addresses.map(({ address }) => address.ip) ?? [],
    })),
    interfaces: nics.map(({ id, network, host, guest, mac, addresses }) => ({
      ...{ network, host, guest, port: id, mac },
      addresses: withPrefixes(addresses, subnetsOf(network)),
    })),
    host_interfaces: legs.reduce<Record<string, Record<string, HostInterface>>>(
      (all, { network, host, mac, addresses }) => {
        const ofHost = all[host] ?? {};
        all[host] = ofHost;
        ofHost[network] = {
          ...{ interface_id: names.legPort(network, host), mac },
          mtu: byName.get(network)?.mtu ?? 0,
          addresses: withPrefixes(addresses, subnetsOf(network)),
        };
        return all;
      },
      {},
    ),
  };
}
