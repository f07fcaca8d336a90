import { type Address, formatAddress, parseAddress } from './address.ts';
import { heading, headingBridge, type PortConfig, type StoredConfig } from './port.ts';
import { formatRoute, type Route, routesOf } from './route.ts';

/**
 * A port's file for /etc/network/interfaces.d, see interfaces(5). It doesn't mention Open vSwitch, whose
 * database has the port: with `ovs_type` in it, `systemctl restart networking` would delete the port. It is
 * `auto`, since systemd's networking.service raises no other class.
 */
export function renderIfupdown(config: PortConfig): string {
  const { port, mode, addresses } = config;
  const stanzas =
    mode === 'static'
      ? addresses.map(
          (address) =>
            `iface ${port} ${address.family === 4 ? 'inet' : 'inet6'} static\n  address ${formatAddress(address)}\n`,
        )
      : [`iface ${port} inet ${mode}\n`];
  const [first = '', ...others] = stanzas;
  // Routes come last, when all addresses are there.
  return [`${heading(config)}\nauto ${port}\n`, first, nameLines(config), ...others, routeLines(config)].join(
    '',
  );
}

// They are read by resolvconf's and systemd-resolved's hooks.
const nameLines = ({ dns, dnsSearch }: PortConfig) =>
  [
    ['dns-nameservers', dns],
    ['dns-search', dnsSearch],
  ]
    .map(([option, list]) => (list?.length ? `  ${option} ${(list as readonly string[]).join(' ')}\n` : ''))
    .join('');

// ifupdown's own `gateway` fails when the route already exists, and with it the whole interface.
const routeLines = ({ port, routes }: PortConfig) =>
  routes
    .map((route) => `  up ip -${route.to.family} route replace ${formatRoute(route)} dev ${port}\n`)
    .join('');

const METHOD = /^\s*iface\s+\S+\s+inet6?\s+(static|manual|dhcp)\b/;
const ROUTE = /^\s*up ip -([46]) route replace (\S+)(?: via (\S+))?(?: metric (\d+))? dev \S+$/;
const NAMES = /^\s*dns-(nameservers|search)\s+(.*\S)\s*$/;
const OPTION = /^\s*(address|netmask|ovs_bridge)\s+(\S+)/;

/** Parses such a file: ours, or the blog's (`allow-vmbr-int`, `ovs_bridge`, `netmask`). */
export function parseIfupdown(text: string): StoredConfig {
  const stanzas: Record<string, string>[] = [];
  const routes: Route[] = [];
  const found: Record<string, string[]> = {};
  for (const line of text.split('\n')) {
    const method = METHOD.exec(line)?.[1];
    if (method) stanzas.push({ method });
    const [, name, value] = OPTION.exec(line) ?? [];
    const stanza = stanzas.at(-1);
    routes.push(...routeIn(line));
    const [, list, members] = NAMES.exec(line) ?? [];
    if (list && members) found[list] = members.split(/\s+/);
    if (stanza && name && value) stanza[name] = value;
  }
  const methods = stanzas.map(({ method }) => method);
  return {
    bridge: headingBridge(text) ?? stanzas.find(({ ovs_bridge }) => ovs_bridge)?.ovs_bridge,
    mode: (['dhcp', 'static', 'manual'] as const).find((mode) => methods.includes(mode)),
    addresses: stanzas.flatMap(addressOf),
    routes,
    dns: found.nameservers ?? [],
    dnsSearch: found.search ?? [],
  };
}

function routeIn(line: string): Route[] {
  const [, family, to, via, metric] = ROUTE.exec(line) ?? [];
  if (!to) return [];
  const everything = family === '4' ? '0.0.0.0/0' : '::/0';
  return routesOf([
    { to: to === 'default' ? everything : to, via, metric: metric ? Number(metric) : undefined },
  ]);
}

// The file may have been edited: what is invalid was not written by us.
function addressOf({ address, netmask }: Record<string, string>): Address[] {
  try {
    return address === undefined ? [] : [parseAddress(address, netmask)];
  } catch {
    return [];
  }
}

/** Whether taking the interface down would make ifupdown's Open vSwitch hook delete the port. */
export const hasOvsHook = (text: string): boolean => /^\s*ovs_type\s/m.test(text);

/** The interfaces that are up for ifupdown, from the text of /run/network/ifstate. */
export const raisedInterfaces = (ifstate: string): Set<string> =>
  new Set(ifstate.split('\n').flatMap((line) => line.split('=')[0]?.trim() || []));
