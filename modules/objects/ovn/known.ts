import { parseIp } from '../../lib/net/address.ts';
import { parseMac } from '../../lib/net/mac.ts';
import { type rowKeys, subjectOf } from '../../lib/ovn/desired.ts';
import { declaredIn, idOf } from '../../lib/ovn/ids.ts';
import { type Index, refsIn } from '../../lib/ovn/index.ts';
import type { Row } from '../../lib/ovn/tables.ts';

// What earlier tasks have made, and what others have put into it.

type Port = Row<'Logical_Switch_Port'>;

/** A port of a guest that an earlier task made. */
export interface KnownNic {
  readonly id: string;
  readonly network: string;
  readonly host: string;
  readonly guest: string;
  readonly mac: string;
  /** All its addresses, and those of them that it was given. */
  readonly addresses: readonly string[];
  readonly given: readonly string[];
  readonly aliases: readonly string[];
  readonly groups: readonly string[];
  readonly anyAddress: boolean;
}

/** The MAC address and the addresses of a line of a port's `addresses`. */
export function partsOf(line: string): { mac: string | undefined; addresses: string[] } {
  const words = line.split(/\s+/);
  return {
    mac: words.map(parseMac).find((mac) => mac !== undefined),
    addresses: words.flatMap((word) => parseIp(word.replace(/\/\d+$/, ''))?.ip ?? []),
  };
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

function nicOf(row: Port): KnownNic | undefined {
  const ids = row.external_ids;
  const declared = declaredIn(ids);
  const [network, host, guest] = ['network', 'host', 'guest'].map((key) => idOf(ids, key));
  const line = row.addresses.map(partsOf).find(({ mac }) => mac !== undefined);
  if (!declared || !network || !host || !guest || !line?.mac) return undefined;
  return {
    ...{ id: row.name, network, host, guest, mac: line.mac, addresses: line.addresses },
    given: texts(declared.given).map((text) => parseIp(text)?.ip ?? text),
    aliases: texts(declared.aliases),
    groups: texts(declared.security_groups),
    anyAddress: declared.any_address === true,
  };
}

/** The ports of guests, by their interface ids. */
export function knownNics(index: Index): Map<string, KnownNic> {
  const found = new Map<string, KnownNic>();
  for (const { table, row, name } of index.all()) {
    if (table !== 'Logical_Switch_Port' || !name.startsWith('port/')) continue;
    const nic = nicOf(row as Port);
    if (nic) found.set(nic.id, nic);
  }
  return found;
}

/** The things of a kind that earlier tasks made, such as the names of all networks. */
export function knownNames(index: Index, kind: 'network' | 'uplink' | 'group'): Set<string> {
  const found = new Set<string>();
  for (const { name } of index.all()) {
    const [of, one] = subjectOf(name).split('/');
    if (of === kind && one) found.add(one);
  }
  return found;
}

/** A port that others have put into a switch of ours. */
export interface ForeignPort {
  readonly name: string;
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
}

/** The ports of others in the switch of a network or an uplink. */
export function foreignPorts(
  index: Index,
  lan: ReturnType<typeof rowKeys.networkSwitch>,
  byUuid: ReadonlyMap<string, Port>,
): ForeignPort[] {
  const row = index.find({ ...lan, table: 'Logical_Switch' });
  const uuids = row ? refsIn(row, 'ports').filter((uuid) => !index.isOurs(uuid)) : [];
  return uuids.flatMap((uuid) => {
    const port = byUuid.get(uuid);
    return port ? [foreignPort(port, index)] : [];
  });
}

function foreignPort(port: Port, index: Index): ForeignPort {
  const router = index.named('Logical_Router_Port', port.options['router-port'] ?? '') as
    | Row<'Logical_Router_Port'>
    | undefined;
  const lines = [
    ...port.addresses,
    port.dynamic_addresses ?? '',
    ...(router && port.type === 'router' ? [[router.mac, ...router.networks].join(' ')] : []),
  ].map(partsOf);
  return {
    name: port.name,
    macs: lines.flatMap(({ mac }) => mac ?? []),
    addresses: lines.flatMap(({ addresses }) => addresses),
  };
}
