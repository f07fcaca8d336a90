import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { raisedInterfaces } from '../net/ifupdown.ts';
import { type Route, routesOf } from '../net/route.ts';
import {
  BOOT_ORDER,
  FILES,
  fileOf,
  formerFile,
  INTERFACES,
  KEEPERS,
  type Keeper,
  portOf,
  returnedFile,
} from './files.ts';
import { namesProblem } from './names.ts';

/** Addresses and routes of an interface. */
export interface Given {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** A network interface of the host, without link-local addresses and the routes that the kernel derives from addresses. */
export interface Link extends Given {
  readonly up: boolean;
  /** By DHCP or router advertisement; the lease may end at any time. */
  readonly leased: Given;
}

/** What configures addresses at boot on this host, and its files. */
export interface Kept {
  readonly keeper: Keeper;
  /** A warning about this configuration. */
  readonly problem: string | undefined;
  /** Whether systemd-networkd runs. */
  readonly networkd: boolean;
  /** Why the name servers in its files would have no effect. */
  readonly namesProblem: string | undefined;
  /** A DHCP client that ifupdown would use is installed. */
  readonly dhcpClient: boolean;
  /** The text of /etc/network/interfaces; undefined when the file is missing. */
  readonly interfaces: string | undefined;
  /** The interfaces that are up for ifupdown. */
  readonly raised: ReadonlySet<string>;
  /** The text of each file of ours, by path. */
  readonly files: ReadonlyMap<string, string>;
}

interface IpAddress {
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
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  readonly protocol?: string;
  /** Of another kind than plain unicast. */
  readonly type?: string;
  /** Of another table than `main`. */
  readonly table?: string;
  /** IPv6 alone has it. */
  readonly pref?: string;
}

const LEASED = new Set(['dhcp', 'ra', 'redirect']);

// A route with several routers, or an IPv4 one by an IPv6 router, can't be one that a task of ours gave.
function routeOf({ dst, gateway, metric, pref }: IpRoute): Route[] {
  const everything = pref === undefined ? '0.0.0.0/0' : '::/0';
  return routesOf([{ to: dst === 'default' ? everything : dst, via: gateway, metric }]);
}

const given = (addresses: readonly IpAddress[], routes: readonly IpRoute[]): Given => ({
  addresses: addresses.map(({ local, prefixlen }) => parseAddress(`${local}/${prefixlen}`)),
  routes: routes.flatMap(routeOf),
});

function linkOf({ flags, addr_info = [] }: IpLink, routes: readonly IpRoute[]): Link {
  const addresses = addr_info.filter(({ scope, local }) => scope !== 'link' && local);
  return {
    up: flags.includes('UP'),
    ...given(
      addresses.filter(({ dynamic }) => !dynamic),
      routes.filter(({ protocol = '' }) => !LEASED.has(protocol)),
    ),
    leased: given(
      addresses.filter(({ dynamic }) => dynamic),
      routes.filter(({ protocol = '' }) => LEASED.has(protocol)),
    ),
  };
}

/** All network interfaces with their addresses and routes, by name: one process. */
export async function readLinks(host: Host): Promise<Map<string, Link>> {
  // 'table all' shows both families. Each answer is one line.
  const input = 'address show\nroute show table all\n';
  const [links = '[]', routes = '[]'] = (await runOrFail(host, 'ip', ['-json', '-batch', '-'], { input }))
    .trim()
    .split('\n');
  const byDevice = new Map<string, IpRoute[]>();
  for (const route of JSON.parse(routes) as IpRoute[]) {
    if (!route.dev || route.table || route.type || route.protocol === 'kernel') continue;
    const list = byDevice.get(route.dev);
    if (list) list.push(route);
    else byDevice.set(route.dev, [route]);
  }
  return new Map(
    (JSON.parse(links) as IpLink[]).map((link) => [
      link.ifname,
      linkOf(link, byDevice.get(link.ifname) ?? []),
    ]),
  );
}

/** The names of the host's network interfaces, without a process. */
export const deviceNames = async (host: Host): Promise<Set<string>> =>
  new Set(await host.list('/sys/class/net'));

const exists = async (host: Host, ...paths: string[]) =>
  (await Promise.all(paths.map((path) => host.stat(path)))).some((file) => file !== undefined);

const enabledBy = (unit: string) =>
  ['multi-user', 'network-online'].map((target) => `/etc/systemd/system/${target}.target.wants/${unit}`);

// The clients that ifupdown's method dhcp knows, see interfaces(5).
const DHCP_CLIENTS = ['dhclient', 'dhcpcd', 'udhcpc', 'pump'].map((name) => `/sbin/${name}`);

/**
 * ifupdown is in use where it is installed, has its file, and is started at boot.
 * @param ports whose files are read
 * @param all whether to read the files of all ports, to find those of a bridge
 */
export async function readKept(host: Host, ports: readonly string[], all: boolean): Promise<Kept> {
  const [ifup, ifupAtBoot, systemd, networkd, networkdAtBoot, dhcpClient, interfaces, ifstate] =
    await Promise.all([
      exists(host, '/sbin/ifup'),
      exists(host, ...enabledBy('networking.service')),
      exists(host, '/run/systemd/system'),
      exists(host, '/run/systemd/netif/state'),
      exists(host, ...enabledBy('systemd-networkd.service')),
      exists(host, ...DHCP_CLIENTS),
      readText(host, INTERFACES),
      readText(host, '/run/network/ifstate'),
    ]);
  const keeper = ifup && interfaces !== undefined && (ifupAtBoot || !systemd) ? 'ifupdown' : 'networkd';
  return {
    keeper,
    namesProblem: await namesProblem(host, keeper),
    problem:
      keeper === 'networkd' && !networkdAtBoot
        ? 'neither ifupdown (networking.service) nor systemd-networkd is enabled on this host, so the addresses are lost at a reboot: enable one of them'
        : undefined,
    networkd,
    dhcpClient,
    interfaces,
    raised: raisedInterfaces(ifstate ?? ''),
    files: await readFiles(host, [
      ...new Set([BOOT_ORDER.path, ...pathsOf(ports), ...(all ? await allFiles(host) : [])]),
    ]),
  };
}

const pathsOf = (ports: readonly string[]) =>
  ports.flatMap((port) => [
    ...KEEPERS.flatMap((keeper) => [fileOf(keeper, port), returnedFile(keeper, port)]),
    formerFile(port),
  ]);

const allFiles = async (host: Host): Promise<string[]> => (await portFiles(host)).map(({ path }) => path);

/** The ports that have files of ours, whether or not they exist. */
export const portsWithFiles = async (host: Host): Promise<string[]> =>
  (await portFiles(host)).map(({ port }) => port);

async function portFiles(host: Host): Promise<{ readonly port: string; readonly path: string }[]> {
  const found = await Promise.all(
    KEEPERS.map(async (keeper) => {
      const { directory } = FILES[keeper];
      return (await host.list(directory)).flatMap((name) => {
        const port = portOf(keeper, name);
        return port === undefined ? [] : [{ port, path: `${directory}/${name}` }];
      });
    }),
  );
  return found.flat();
}

async function readFiles(host: Host, paths: readonly string[]): Promise<Map<string, string>> {
  const texts = await Promise.all(paths.map((path) => readText(host, path)));
  return new Map(paths.flatMap((path, i) => (texts[i] === undefined ? [] : [[path, texts[i]]])));
}
