import { type Address, formatAddress, parseAddress } from './address.ts';
import { heading, headingBridge, type PortConfig, type StoredConfig } from './port.ts';
import { type Route, routesOf } from './route.ts';

/** A port's .network file, see systemd.network(5). A port may appear late, so nothing at boot waits for it. */
export function renderNetworkd(config: PortConfig): string {
  const { port, mode, addresses } = config;
  const network =
    mode === 'dhcp' ? ['DHCP=ipv4'] : addresses.map((address) => `Address=${formatAddress(address)}`);
  const lines = [
    heading(config),
    '[Match]',
    `Name=${port}`,
    '',
    ...(config.returned ? [] : ['[Link]', 'RequiredForOnline=no', '']),
    '[Network]',
    ...network,
    ...config.dns.map((server) => `DNS=${server}`),
    ...(config.dnsSearch.length > 0 ? [`Domains=${config.dnsSearch.join(' ')}`] : []),
    ...config.routes.flatMap((route) => ['', ...section(route)]),
  ];
  return `${lines.join('\n')}\n`;
}

const section = ({ to, via, metric }: Route) => [
  '[Route]',
  `Destination=${formatAddress(to)}`,
  ...(via ? [`Gateway=${via}`] : []),
  ...(metric === undefined ? [] : [`Metric=${metric}`]),
];

function sectionIn(text: string): Route[] {
  const get = (key: string) => new RegExp(`^${key}=(\\S+)$`, 'm').exec(text)?.[1];
  const [to, metric] = [get('Destination'), get('Metric')];
  if (!to) return [];
  return routesOf([{ to, via: get('Gateway'), metric: metric ? Number(metric) : undefined }]);
}

function addressOf(text: string): Address[] {
  try {
    return [parseAddress(text)];
  } catch {
    return [];
  }
}

/** Parses such a file. */
export function parseNetworkd(text: string): StoredConfig {
  const all = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.+)$`, 'gm'))].map(([, value]) => value ?? '');
  const values = all('Address');
  const [, ...sections] = text.split(/^\[Route\]$/m);
  const dhcp = /^DHCP=(yes|ipv4|ipv6)$/m.test(text);
  return {
    bridge: headingBridge(text),
    mode: dhcp ? 'dhcp' : values.length > 0 ? 'static' : 'manual',
    addresses: values.flatMap(addressOf),
    routes: sections.flatMap(sectionIn),
    dns: all('DNS'),
    dnsSearch: all('Domains').flatMap((domains) => domains.split(' ')),
  };
}
