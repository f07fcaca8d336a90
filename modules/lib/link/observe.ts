import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { raisedInterfaces } from '../net/ifupdown.ts';
import { type Route, routesOf } from '../net/route.ts';
import { FILES, fileOf, INTERFACES, KEEPERS, type Keeper, portOf } from './files.ts';

/** A network interface of the host, as it is now. */
export interface Link {
  readonly up: boolean;
  /** Those that were given to it: no link-local ones, and none by DHCP or router advertisement. */
  readonly addresses: readonly Address[];
  /** It has an IPv4 address by DHCP. */
  readonly dynamic: boolean;
  /** Those that were given to it: none of the kernel's own, nor of DHCP's. */
  readonly routes: readonly Route[];
}

/** What keeps addresses across a reboot on this host, and what it keeps. */
export interface Kept {
  readonly keeper: Keeper;
  /** What is amiss with it, in words. */
  readonly problem: string | undefined;
  /** Whether systemd-networkd runs. */
  readonly networkd: boolean;
  /** A DHCP client that ifupdown would use is installed. */
  readonly dhcpClient: boolean;
  /** Who tells the host's programs of name servers. */
  readonly resolver: 'systemd-resolved' | 'resolvconf' | undefined;
  /** The text of /etc/network/interfaces; undefined when there is none. */
  readonly interfaces: string | undefined;
  /** The interfaces that ifupdown holds to be up. */
  readonly raised: ReadonlySet<string>;
  /** The text of each file of ours, by path. */
  readonly files: ReadonlyMap<string, string>;
}

interface IpAddress {
  readonly family: 'inet' | 'inet6';
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
  readonly dynamic?: boolean;
}

interface IpLink {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info?: readonly IpAddress[];
}

interface IpRoute {
  readonly dst: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly metric?: number;
  readonly protocol?: string;
}

// Who else than an administrator makes routes: ip-route(8), "protocol".
const OTHERS = ['kernel', 'ra', 'redirect', 'dhcp'];

async function readRoutes(host: Host, family: 4 | 6): Promise<(readonly [string, Route])[]> {
  const text = await runOrFail(host, 'ip', ['-json', `-${family}`, 'route', 'show', 'table', 'main']);
  const everything = family === 4 ? '0.0.0.0/0' : '::/0';
  return (JSON.parse(text || '[]') as IpRoute[]).flatMap(
    ({ dst, dev, gateway, metric, protocol = 'boot' }) => {
      if (!dev || OTHERS.includes(protocol)) return [];
      const to = dst === 'default' ? everything : dst;
      return routesOf([{ to, via: gateway, metric }]).map((route) => [dev, route] as const);
    },
  );
}

/** All network interfaces with their addresses, by name: one process, or three with routes. */
export async function readLinks(host: Host, withRoutes: boolean): Promise<Map<string, Link>> {
  const [text, ...routes] = await Promise.all([
    runOrFail(host, 'ip', ['-json', 'address', 'show']),
    ...(withRoutes ? [readRoutes(host, 4), readRoutes(host, 6)] : []),
  ]);
  const links = JSON.parse(text) as IpLink[];
  return new Map(
    links.map(({ ifname, flags, addr_info = [] }) => [
      ifname,
      {
        up: flags.includes('UP'),
        addresses: addr_info
          .filter(({ scope, dynamic, local }) => scope !== 'link' && !dynamic && local)
          .map(({ local, prefixlen }) => parseAddress(`${local}/${prefixlen}`)),
        dynamic: addr_info.some(({ dynamic, family }) => dynamic === true && family === 'inet'),
        routes: routes.flat().flatMap(([dev, route]) => (dev === ifname ? route : [])),
      },
    ]),
  );
}

// Debian's package resolvconf, or openresolv.
const RESOLVCONF = ['/sbin/resolvconf', '/usr/sbin/resolvconf'];

/** The names of the host's network interfaces, without a process. */
export const deviceNames = async (host: Host): Promise<Set<string>> =>
  new Set(await host.list('/sys/class/net'));

const exists = async (host: Host, ...paths: string[]) =>
  (await Promise.all(paths.map((path) => host.stat(path)))).some((file) => file !== undefined);

const wanted = (unit: string) =>
  ['multi-user', 'network-online'].map((target) => `/etc/systemd/system/${target}.target.wants/${unit}`);

// The clients that ifupdown's method dhcp knows, see interfaces(5).
const DHCP_CLIENTS = ['dhclient', 'dhcpcd', 'udhcpc', 'pump'].map((name) => `/sbin/${name}`);

/**
 * ifupdown is in use where it is installed, has its file, and is started at boot.
 * @param ports whose files are read
 * @param all whether to read the files of all ports, to find those of a bridge
 */
export async function readKept(host: Host, ports: readonly string[], all: boolean): Promise<Kept> {
  const [
    ifup,
    ifupAtBoot,
    systemd,
    networkd,
    networkdAtBoot,
    dhcpClient,
    resolved,
    resolvconf,
    interfaces,
    ifstate,
  ] = await Promise.all([
    exists(host, '/sbin/ifup'),
    exists(host, ...wanted('networking.service')),
    exists(host, '/run/systemd/system'),
    exists(host, '/run/systemd/netif/state'),
    exists(host, ...wanted('systemd-networkd.service')),
    exists(host, ...DHCP_CLIENTS),
    exists(host, '/run/systemd/resolve/resolv.conf'),
    exists(host, ...RESOLVCONF),
    readText(host, INTERFACES),
    readText(host, '/run/network/ifstate'),
  ]);
  const keeper = ifup && interfaces !== undefined && (ifupAtBoot || !systemd) ? 'ifupdown' : 'networkd';
  return {
    keeper,
    problem:
      keeper === 'networkd' && !networkdAtBoot
        ? 'neither ifupdown (networking.service) nor systemd-networkd is enabled on this host, so addresses will not be back after a reboot: enable one of them'
        : undefined,
    networkd,
    dhcpClient,
    resolver: resolved ? 'systemd-resolved' : resolvconf ? 'resolvconf' : undefined,
    interfaces,
    raised: raisedInterfaces(ifstate ?? ''),
    files: await readFiles(host, all ? await allFiles(host) : pathsOf(ports)),
  };
}

const pathsOf = (ports: readonly string[]) =>
  ports.flatMap((port) => KEEPERS.map((keeper) => fileOf(keeper, port)));

async function allFiles(host: Host): Promise<string[]> {
  const found = await Promise.all(
    KEEPERS.map(async (keeper) => {
      const names = await host.list(FILES[keeper].directory);
      return names.flatMap((name) => portOf(keeper, name) ?? []).map((port) => fileOf(keeper, port));
    }),
  );
  return found.flat();
}

async function readFiles(host: Host, paths: readonly string[]): Promise<Map<string, string>> {
  const texts = await Promise.all(paths.map((path) => readText(host, path)));
  return new Map(paths.flatMap((path, i) => (texts[i] === undefined ? [] : [[path, texts[i]]])));
}
