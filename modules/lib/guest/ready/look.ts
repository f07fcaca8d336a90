import { asError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { inPool } from '../../host/pool.ts';
import { runOrFail } from '../../host/process.ts';
import { consoleLogIn, isLocalSystem } from '../../libvirt/console-log.ts';
import { devicesOf } from '../../libvirt/devices.ts';
import { driverAt } from '../../libvirt/driver.ts';
import { type Domain, readDomains } from '../../libvirt/read.ts';
import { uptimeOf } from '../../libvirt/uptime.ts';
import { virsh } from '../../libvirt/virsh.ts';
import { type Element, valueAt } from '../../xml/element.ts';
import { askSources } from '../addresses/addresses.ts';
import { CLAIMED, type Found, type Pair } from '../addresses/found.ts';
import { addressesIn, toldBy } from '../addresses/merge.ts';
import { agentChannelOf, soughtOf } from '../addresses/sought.ts';
import { pairsOfNeighbours } from '../addresses/sources.ts';
import { agentAnswers, askCloudInit, type Started } from '../agent.ts';
import { cloudInitOn } from '../console/cloud-init.ts';
import { readConsole } from '../console/log.ts';
import { cloudInitIn } from '../container/cloud-init.ts';
import type { Awaited } from './awaited.ts';
import type { ConsoleSeen, Seen } from './seen.ts';

/** Milliseconds that a port has to answer. */
const ANSWER = 2000;

/** The port by which an address is tried: any answer will do, and a guest that refuses it has the address too. */
const ANY_PORT = 22;

/** What is remembered of agents between looks. */
export class Asked {
  /** What an agent was asked to start, by the guest; it's fetched by a later look. */
  readonly started = new Map<Awaited, Started>();
  readonly #hung = new Map<string, Set<string>>();

  /** The names of a connection's guests whose agents have not answered. */
  hungAt(uri: string): Set<string> {
    const found = this.#hung.get(uri) ?? new Set();
    this.#hung.set(uri, found);
    return found;
  }
}

/**
 * Looks at some guests once, without waiting for any.
 * @returns what was seen of each; an Error where libvirt can't be asked
 */
export async function look(
  host: Host,
  guests: readonly Awaited[],
  asked: Asked,
): Promise<readonly (Seen | Error)[]> {
  const seen = new Map<Awaited, Seen | Error>();
  for (const uri of new Set(guests.map((guest) => guest.uri))) {
    const same = guests.filter((guest) => guest.uri === uri);
    const found = await lookAt(host, uri, same, asked).catch((error) => same.map(() => asError(error)));
    same.forEach((guest, i) => {
      seen.set(guest, found[i] as Seen | Error);
    });
  }
  return guests.map((guest) => seen.get(guest) as Seen | Error);
}

async function lookAt(host: Host, uri: string, guests: readonly Awaited[], asked: Asked): Promise<Seen[]> {
  const domains = await readDomains(
    host,
    uri,
    guests.map(({ name }) => name),
  );
  const needy = guests.flatMap(({ goal }, i) => {
    const domain = domains[i];
    return domain?.live && (goal === 'address' || goal === 'port') ? [soughtOf(domain, uri)] : [];
  });
  const sources = await askSources(host, needy, { uri, hung: asked.hungAt(uri) });
  const found = addressesIn(needy, sources);
  return inPool(AT_ONCE, guests, (guest, i) => {
    const known = { found: found.get(guest.name) ?? [], leases: sources.leases };
    return lookAtOne(host, guest, domains[i], known, asked);
  });
}

/** Guests that are looked at side by side. */
const AT_ONCE = 8;

async function lookAtOne(
  host: Host,
  guest: Awaited,
  domain: Domain | undefined,
  { found, leases }: { readonly found: readonly Found[]; readonly leases: readonly Pair[] },
  asked: Asked,
): Promise<Seen> {
  const live = domain?.live;
  const isContainer = driverAt(guest.uri).guests === 'container';
  const channel = agentChannelOf(live);
  const console = await consoleOf(host, consoleLogIn(live ?? domain?.definition, guest.uri));
  const base = {
    state: live ? domain.state : await stateOf(host, guest, domain),
    agent: channel === undefined ? 'missing' : channel === 'connected' ? 'connected' : 'silent',
    console,
    unlogged: unloggedOf(guest, domain),
    uptime: guest.goal === 'cloud_init' ? await uptimeOf(host, guest.uri, guest.name) : undefined,
    macs: macsOf(live),
    ...(isContainer ? { inside: {} } : {}),
    certain: [],
    possible: [],
  } as const satisfies Seen;
  if (!domain || !live) return base;
  if (isContainer && guest.goal === 'cloud_init')
    return { ...base, inside: { cloudInit: await cloudInitIn(host, guest.uri, live) } };
  if (guest.goal === 'agent' || guest.goal === 'cloud_init')
    return channel === 'connected' ? { ...base, ...(await byAgent(host, guest, asked)) } : base;
  // What only the guest says of its addresses is not connected to: it must not choose where this host does.
  const isClaimed = ({ source }: Found) => CLAIMED.includes(source);
  const told = toldBy(
    soughtOf(domain, guest.uri),
    [...found.filter(isClaimed), ...(console?.cloudInit.addresses ?? [])],
    leases,
  );
  const declared = guest.nics.flatMap(({ addresses }) => addresses);
  const known = found.filter((one) => !isClaimed(one)).map(({ address }) => address);
  const possible = [...new Set([...declared, ...known])];
  if (guest.goal === 'port') {
    const [open] = await openOf(host, guest.port, possible);
    return { ...base, possible, certain: told, open };
  }
  return { ...base, possible, certain: [...told, ...(await answering(host, possible, told))] };
}

async function stateOf(
  host: Host,
  { uri, name }: Awaited,
  domain: Domain | undefined,
): Promise<string | undefined> {
  if (!domain) return undefined;
  const text = await virsh(host, uri, 'domstate', '--reason', '--domain', name).catch(() => domain.state);
  return text.trim();
}

async function consoleOf(host: Host, path: string | undefined): Promise<ConsoleSeen | undefined> {
  if (path === undefined) return undefined;
  const printed = await readConsole(host, path);
  const { lines, age } = printed ?? { lines: [], age: 0 };
  return { path, isRead: printed !== undefined, lines, age, cloudInit: cloudInitOn(lines) };
}

function unloggedOf({ uri }: Awaited, domain: Domain | undefined): Seen['unlogged'] {
  if (!domain?.live || consoleLogIn(domain.live, uri) !== undefined) return undefined;
  if (driverAt(uri).guests === 'container') return undefined;
  if (!isLocalSystem(uri)) return 'elsewhere';
  return consoleLogIn(domain.definition, uri) === undefined ? undefined : 'until_start';
}

const macsOf = (live: Element | undefined): Map<string, string> =>
  new Map(
    devicesOf(live, 'interface').map((nic) => [
      valueAt(nic, 'target/@dev') ?? '',
      (valueAt(nic, 'mac/@address') ?? '').toLowerCase(),
    ]),
  );

async function byAgent(host: Host, guest: Awaited, asked: Asked): Promise<Pick<Seen, 'agent' | 'cloudInit'>> {
  if (guest.goal === 'agent') return { agent: (await agentAnswers(host, guest)) ? 'answers' : 'connected' };
  const { started, status, refused } = await askCloudInit(host, guest, asked.started.get(guest));
  asked.started.set(guest, started);
  if (refused) return { agent: 'connected', cloudInit: 'refused' };
  return { agent: 'answers', cloudInit: status };
}

async function openOf(host: Host, port: number, addresses: readonly string[]): Promise<string[]> {
  const open = await Promise.all(addresses.map((address) => host.answers(address, port, ANSWER)));
  return addresses.filter((_, i) => open[i]);
}

/** Milliseconds for `ip`. */
const READ_TIMEOUT = 60_000;

/**
 * The addresses at which a machine has just answered on a link of this host, with its MAC address. The kernel asks for that, and
 * notes for some seconds that it was answered.
 */
async function answering(host: Host, addresses: readonly string[], told: readonly Pair[]): Promise<Pair[]> {
  const left = addresses.filter((address) => told.every((one) => one.address !== address));
  if (left.length === 0) return [];
  const open = await openOf(host, ANY_PORT, left);
  const text = await runOrFail(host, 'ip', ['neighbour', 'show'], { timeout: READ_TIMEOUT });
  const fresh = text.split('\n').filter((line) => /\bREACHABLE\b/.test(line));
  return [
    ...pairsOfNeighbours(fresh.join('\n')).filter(({ address }) => left.includes(address)),
    ...pairsOfNeighbours(text).filter(({ address }) => open.includes(address)),
  ];
}
