import { withDefaults } from '../../lib/ansible/coerce.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { readText } from '../../lib/host/host.ts';
import { parseIp } from '../../lib/net/address.ts';
import { DIRECTORY, filesOf } from './names.ts';
import { type Network, networkOf } from './network-of.ts';
import { type ForwardOptions, type NetworkOptions, networkOptions } from './options.ts';

// What each network of the host was declared as, for tasks that don't declare it: packet filter and forwarding are one for all
// networks, and a guest asks its network for a reservation.

/** The form of a record. */
const FORMAT = 1;

/** A guest that has a name in a network. */
export interface Guest {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly aliases: readonly string[];
}

/** A network that the host has, with its guests. */
export interface KnownNetwork {
  /** Who makes it: this host alone, or OVN for all hosts. */
  readonly engine: 'local' | 'ovn';
  readonly network: Network;
  /** The interfaces to the outside: the given one, or those that the host had when the network was declared. */
  readonly uplinks: readonly string[];
  readonly guests: readonly Guest[];
}

/** The text of a network's record. @param uplinks the interfaces to the outside */
export function recordText(options: NetworkOptions, uplinks: readonly string[]): string {
  const { database_socket: _socket, timeout: _timeout, state: _state, ...declared } = options;
  const known = uplinks.length > 0 ? { known_uplinks: uplinks } : {};
  return `${JSON.stringify({ format: FORMAT, ...known, ...declared }, undefined, 2)}\n`;
}

/** @throws Failure: without it the rules of the host's networks would lack those of this one */
function parseRecord(name: string, path: string, text: string): Omit<KnownNetwork, 'guests'> {
  try {
    const { format, known_uplinks = [], ...options } = JSON.parse(text);
    if (format !== FORMAT) throw new Error('another format');
    const network = networkOf(withDefaults(networkOptions, { ...options, state: 'present' }));
    return { engine: 'local', network, uplinks: known_uplinks };
  } catch {
    throw new Failure(
      `${path} can't be read, since somebody or another release has changed it: declare the network '${name}' in a task of network first, or remove it with 'state: absent'`,
    );
  }
}

/** The guests of a file of names, in the format of hosts(5). */
export function guestsOf(text: string): Guest[] {
  const byName = new Map<string, Guest>();
  for (const line of text.split('\n')) {
    const [address = '', name, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const ip = parseIp(address)?.ip;
    if (ip === undefined || name === undefined) continue;
    byName.set(name, { name, aliases, addresses: [...(byName.get(name)?.addresses ?? []), ip] });
  }
  return [...byName.values()];
}

/** The guests that forwards name. */
const namedIn = (forwards: readonly ForwardOptions[]): string[] => [
  ...new Set(forwards.flatMap(({ to }) => (parseIp(to) ? [] : to))),
];

async function readNetwork(
  host: Host,
  name: string,
  item: NetworkOptions | undefined,
  guests: 'all' | 'named',
): Promise<[string, KnownNetwork][]> {
  const { record, names } = filesOf(name);
  const text = await readText(host, record);
  if (text === undefined) return [];
  try {
    const known = parseRecord(name, record, text);
    const { forwards } = known.network.options;
    const read =
      guests === 'all' ? await host.list(names) : namedIn([...forwards, ...(item?.forwards ?? [])]);
    const files = await Promise.all(
      read.map(async (guest) => (await readText(host, `${names}/${guest}`)) ?? ''),
    );
    return [[name, { ...known, guests: files.flatMap(guestsOf) }]];
  } catch (error) {
    // The task writes it anew.
    if (item) return [];
    throw error;
  }
}

/**
 * The networks that the host has, by name.
 * @param items those that the task declares: an unreadable record of one is as none
 * @param guests all of each network, or those that forwards lead to: what the packet filter needs
 * @throws Failure for an unreadable record
 */
export async function readNetworks(
  host: Host,
  items: readonly NetworkOptions[] = [],
  guests: 'all' | 'named' = 'named',
): Promise<Map<string, KnownNetwork>> {
  const declared = new Map(items.map((item) => [item.name, item]));
  const names = await host.list(DIRECTORY);
  const found = await Promise.all(names.map((name) => readNetwork(host, name, declared.get(name), guests)));
  return new Map(found.flat());
}
