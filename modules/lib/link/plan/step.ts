import { type Address, formatAddress } from '../../net/address.ts';
import type { Route } from '../../net/route.ts';
import type { Kept } from '../observe.ts';
import type { LinkStep } from '../step.ts';
import type { LinkChange } from './change.ts';

// The broadcast address as ifupdown sets it; a network of two has none, RFC 3021.
const replace = (address: Address, port: string) => {
  const broadcast = address.family === 4 && address.prefix <= 30 ? ' broadcast +' : '';
  return `address replace ${formatAddress(address)}${broadcast} dev ${port}`;
};

// The network as an address, since `default` doesn't tell the family.
const wordsOf = ({ to, via, metric }: Route, port: string) =>
  [
    formatAddress(to),
    ...(via === undefined ? [] : ['via', via]),
    'dev',
    port,
    ...(metric === undefined ? [] : ['metric', metric]),
  ].join(' ');

// The protocol that systemd-networkd gives its routes, of which this may be one.
const replaceRoute = (route: Route, port: string, { keeper }: Kept) =>
  `route replace ${wordsOf(route, port)}${keeper === 'networkd' ? ' proto static' : ''}`;

/** Adds the change of one interface, and its files, to the step of all. */
export function addToStep(
  step: LinkStep,
  port: string,
  kept: Kept,
  change: LinkChange | undefined,
  files: ReadonlyMap<string, string | undefined>,
): void {
  for (const [path, text] of files) step.files.set(path, text);
  const networkd = kept.networkd && [...files.keys()].some((path) => path.endsWith('.network'));
  if (networkd) step.reconfigure ??= [];
  if (!change) return;
  const released = { no: undefined, bare: step.releaseBare, full: step.release, forget: step.forget };
  released[change.release]?.push(port);
  step.early.push(...change.removeRoutes.map((route) => `route delete ${wordsOf(route, port)}`));
  step.early.push(...change.remove.map((address) => `address delete ${formatAddress(address)} dev ${port}`));
  if (change.up) step.late.push(`link set dev ${port} up`);
  step.late.push(...change.add.map((address) => replace(address, port)));
  step.late.push(...change.addRoutes.map((route) => replaceRoute(route, port, kept)));
  step.again.push(...change.again.addresses.map((address) => replace(address, port)));
  step.again.push(...change.again.routes.map((route) => replaceRoute(route, port, kept)));
  if ('names' in change) step.names.set(port, change.names);
  if (!change.raise) return;
  if (kept.keeper === 'ifupdown') step.raise.push(port);
  else if (kept.networkd) step.reconfigure = [...(step.reconfigure ?? []), port];
}
