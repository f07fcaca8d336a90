import { dirname } from 'node:path';
import { disksOfGuests, type GuestDisk } from '../../lib/disk/usage/guests.ts';
import { findOverlays } from '../../lib/disk/usage/overlays.ts';
import type { Overlays } from '../../lib/disk/usage/users.ts';
import { asError } from '../../lib/failure.ts';
import { addressesOfEach } from '../../lib/guest/addresses/addresses.ts';
import type { Found } from '../../lib/guest/addresses/found.ts';
import { soughtOf } from '../../lib/guest/addresses/sought.ts';
import type { Host } from '../../lib/host/host.ts';
import { connectionsOf } from '../../lib/libvirt/connections.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { withActualBridges } from '../../lib/libvirt/live/observe.ts';
import { readOverview } from '../../lib/libvirt/overview.ts';
import { type Domain, isOn } from '../../lib/libvirt/read.ts';
import { readLinks } from '../../lib/link/observe.ts';
import { readMarker } from '../../lib/move/marker.ts';
import { readDatabase } from '../../lib/ovs/read.ts';
import { DatabaseIndex } from '../../lib/ovs/rows/database-index.ts';
import { valueAt } from '../../lib/xml/element.ts';
import { type BridgeInfo, bridgesIn } from './bridges.ts';
import { readDisks } from './disks.ts';
import { type GuestInfo, guestInfo } from './guests.ts';
import { type HostInfo, readHost, versionsOf } from './host.ts';
import { type NetworkInfo, readNetworkInfos } from './networks.ts';
import { guestsByPort } from './nics.ts';
import { type PortInfo, portsIn } from './ports.ts';
import { remembered } from './remembered.ts';
import { secretsOf } from './secrets.ts';
import { readTemplates, type TemplateInfo } from './templates.ts';

/** What is asked for. */
export interface Asked {
  /** The libvirt connection. */
  readonly uri: string;
  /** Seconds that each guest agent has to answer. */
  readonly agent_timeout: number;
  readonly database_socket?: string;
  /** Seconds that Open vSwitch has to answer. */
  readonly timeout: number;
  /** Directories of templates, and of disks. */
  readonly image_directories: readonly string[];
  readonly directories: readonly string[];
  /** Guests that variables declare, with their addresses. */
  readonly declared?: readonly { readonly name: string; readonly addresses: readonly string[] }[] | undefined;
}

/** All that a host has. */
export interface CloudInfo {
  readonly host: HostInfo;
  readonly bridges: readonly BridgeInfo[];
  readonly ports: readonly PortInfo[];
  readonly networks: readonly NetworkInfo[];
  readonly guests: readonly GuestInfo[];
  readonly templates: readonly TemplateInfo[];
}

/** All that a host has, with warnings. */
export interface Cloud {
  readonly info: CloudInfo;
  /** Which parts are missing, and why. */
  readonly warnings: readonly string[];
  /** Texts that no output may hold. */
  readonly secrets: readonly string[];
}

/** Reads a part of a host. Where it can't be read, a warning says why, and the others are read all the same. */
type Part = <T>(what: string, read: () => Promise<T>) => Promise<T | undefined>;

function newParts(): { readonly part: Part; readonly warnings: string[] } {
  const warnings: string[] = [];
  const part: Part = async (what, read) => {
    try {
      return await read();
    } catch (error) {
      warnings.push(`${what}: ${asError(error).message}`);
      return undefined;
    }
  };
  return { part, warnings };
}

interface Storage {
  /** The disks of guests. */
  readonly disks: readonly GuestDisk[];
  readonly overlays: Pick<Overlays, 'byBacking'>;
}

/** A guest, and the addresses that were found of it. */
interface Guest {
  readonly domain: Domain;
  readonly found: readonly Found[];
}

interface Guests extends Storage {
  readonly all: readonly Guest[];
  /** What `virsh version` prints at the connection of the VMs; empty where they can't be read. */
  readonly version: string;
}

const NO_STORAGE: Storage = { disks: [], overlays: { byBacking: new Map() } };

// libvirt 9 doesn't notice that a port is moved to another bridge. Open vSwitch is asked only where one may have been.
const actual = async (host: Host, domain: Domain): Promise<Domain> =>
  domain.live ? { ...domain, live: await withActualBridges(host, domain.live, domain.definition) } : domain;

async function readStorage(host: Host, domains: readonly Domain[], asked: Asked): Promise<Storage> {
  const disks = await disksOfGuests(host, asked.uri, domains);
  const roots = await existing(host, [...asked.directories, ...asked.image_directories]);
  return { disks, overlays: await findOverlays(host, roots, disks) };
}

/** What is missing where a connection can't be read: that of the VMs, and that of containers. */
const MISSING = ['guests, and the overlays of templates, are missing', 'containers are missing'];

/** The guests of a connection, with their addresses as far as these could be read. */
const guestsOf = (host: Host, domains: readonly Domain[], found: ReadonlyMap<string, readonly Found[]>) =>
  Promise.all(
    domains.map(async (domain) => ({
      domain: await actual(host, domain),
      found: found.get(domain.name) ?? [],
    })),
  );

async function readGuests(host: Host, part: Part, asked: Asked): Promise<Guests> {
  const { uri, agent_timeout: seconds } = asked;
  const uris = await connectionsOf(host, uri);
  const read = await Promise.all(uris.map((one, i) => part(MISSING[i] ?? '', () => readOverview(host, one))));
  const running = read.map((one, i) =>
    (one?.domains ?? []).filter(({ state }) => isOn(state)).map((domain) => soughtOf(domain, uris[i] ?? uri)),
  );
  const [first] = read;
  const [found, storage] = await Promise.all([
    part('addresses of guests are missing', () =>
      addressesOfEach(host, running, { uri, agentTimeout: seconds * 1000 }),
    ),
    first && part('overlays of templates are missing', () => readStorage(host, first.domains, asked)),
  ]);
  const all = read.map((one, i) => guestsOf(host, one?.domains ?? [], found?.[i] ?? new Map()));
  return {
    ...(storage ?? NO_STORAGE),
    all: (await Promise.all(all)).flat(),
    version: first?.version ?? '',
  };
}

// A mark that can't be read says nothing: a task that changes the VM says why.
async function movingFrom(host: Host, { definition }: Domain): Promise<string | undefined> {
  const path = valueAt(devicesOf(definition, 'disk')[0], 'source/@file');
  if (path === undefined) return undefined;
  return (await readMarker(host, dirname(path)).catch(() => undefined))?.from || undefined;
}

async function existing(host: Host, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => host.stat(path)));
  return paths.filter((_, i) => found[i]?.kind === 'directory');
}

/** Reads all that a host has, at the same time. Nothing is changed. */
export async function readCloud(real: Host, asked: Asked): Promise<Cloud> {
  const host = remembered(real);
  const { database_socket: socket, timeout, image_directories: templates, directories } = asked;
  const { part, warnings } = newParts();
  // Guests first: libvirt takes longest.
  const [guests, about, reading, links, networks] = await Promise.all([
    readGuests(host, part, asked),
    readHost(host, [...directories, ...templates]),
    part('bridges and ports are missing', () => readDatabase(host, socket, timeout)),
    part('addresses of the host are missing', () => readLinks(host)),
    part('networks are missing', () => readNetworkInfos(host)),
  ]);
  const index = reading && new DatabaseIndex(reading.database);
  const { all, disks, overlays } = guests;
  const domains = all.map(({ domain }) => domain);
  const declared = new Map((asked.declared ?? []).map(({ name, addresses }) => [name, addresses]));
  const [ofDomains, moving, stored] = await Promise.all([
    Promise.all(domains.map((domain) => readDisks(host, domain))),
    Promise.all(domains.map((domain) => movingFrom(host, domain))),
    part('templates are missing', () => readTemplates(host, templates, overlays, disks)),
  ]);
  const openvswitch = reading?.database.root.ovs_version;
  const info = {
    host: {
      ...about,
      versions: {
        ...versionsOf(guests.version),
        ...(openvswitch === undefined ? {} : { openvswitch }),
        ...about.versions,
      },
    },
    bridges: index ? bridgesIn(index) : [],
    ports: index ? portsIn(index, links ?? new Map(), guestsByPort(domains)) : [],
    networks: networks ?? [],
    guests: all.map(({ domain, found }, i) =>
      guestInfo(domain, {
        index,
        networks: networks ?? [],
        disks: ofDomains[i] ?? [],
        declared: declared.get(domain.name) ?? [],
        found,
        movingFrom: moving[i],
      }),
    ),
    templates: stored ?? [],
  };
  return { info, warnings: [...warnings].sort(), secrets: secretsOf(domains, reading?.database) };
}
