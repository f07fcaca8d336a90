import { type Address, formatAddress } from '../net/address.ts';
import type { Route } from '../net/route.ts';
import type { LiveChange } from './live.ts';
import type { Names } from './names.ts';
import type { Kept } from './observe.ts';

/** What is done to all interfaces together, in the order of the fields. */
export interface LinkStep {
  /** Interfaces that ifupdown takes down, with its hooks and without. */
  readonly release: string[];
  readonly releaseBare: string[];
  /** Interfaces that ifupdown forgets, and leaves as they are. */
  readonly forget: string[];
  /** Lines for `ip -batch`, before the files change. */
  readonly early: string[];
  /** Files by path; undefined removes one, of ifupdown when all is done. */
  readonly files: Map<string, string | undefined>;
  /** Interfaces that networkd configures anew; undefined when it isn't concerned. */
  reconfigure: string[] | undefined;
  /** Lines for `ip -batch`, after the files have changed. */
  readonly late: string[];
  /** Interfaces that ifupdown brings up. */
  readonly raise: string[];
  /** Interfaces that stay up and whose name servers ifupdown's hooks are told of. */
  readonly names: Map<string, Names | undefined>;
  /** Lines for `ip -batch`, last: what may be there still, or have lost what it needs. */
  readonly again: string[];
}

export const emptyStep = (): LinkStep => ({
  release: [],
  releaseBare: [],
  early: [],
  files: new Map(),
  forget: [],
  reconfigure: undefined,
  late: [],
  raise: [],
  names: new Map(),
  again: [],
});

export const isEmpty = (step: LinkStep): boolean =>
  step.files.size === 0 &&
  step.names.size === 0 &&
  step.reconfigure === undefined &&
  [step.release, step.releaseBare, step.early, step.forget, step.late, step.raise, step.again].every(
    (list) => list.length === 0,
  );

// The broadcast address as ifupdown sets it; a network of two has none, RFC 3021.
const replace = (address: Address, port: string) => {
  const broadcast = address.family === 4 && address.prefix <= 30 ? ' broadcast +' : '';
  return `address replace ${formatAddress(address)}${broadcast} dev ${port}`;
};

// The family goes by the network: `default` would be of either.
const wordsOf = ({ to, via, metric }: Route, port: string) =>
  [
    formatAddress(to),
    ...(via === undefined ? [] : ['via', via]),
    'dev',
    port,
    ...(metric === undefined ? [] : ['metric', metric]),
  ].join(' ');

// systemd-networkd calls its own so, and may have made it already.
const replaceRoute = (route: Route, port: string, { keeper }: Kept) =>
  `route replace ${wordsOf(route, port)}${keeper === 'networkd' ? ' proto static' : ''}`;

/** Puts what one interface needs into the step of all. */
export function stepOf(
  step: LinkStep,
  port: string,
  kept: Kept,
  live: LiveChange | undefined,
  files: ReadonlyMap<string, string | undefined>,
): void {
  for (const [path, text] of files) step.files.set(path, text);
  const networkd = kept.networkd && [...files.keys()].some((path) => path.endsWith('.network'));
  if (networkd) step.reconfigure ??= [];
  if (!live) return;
  const released = { no: undefined, bare: step.releaseBare, full: step.release, forget: step.forget };
  released[live.release]?.push(port);
  step.early.push(...live.removeRoutes.map((route) => `route delete ${wordsOf(route, port)}`));
  step.early.push(...live.remove.map((address) => `address delete ${formatAddress(address)} dev ${port}`));
  if (live.up) step.late.push(`link set dev ${port} up`);
  step.late.push(...live.add.map((address) => replace(address, port)));
  step.late.push(...live.addRoutes.map((route) => replaceRoute(route, port, kept)));
  step.again.push(...live.again.addresses.map((address) => replace(address, port)));
  step.again.push(...live.again.routes.map((route) => replaceRoute(route, port, kept)));
  if ('names' in live) step.names.set(port, live.names);
  if (!live.raise) return;
  if (kept.keeper === 'ifupdown') step.raise.push(port);
  else if (kept.networkd) step.reconfigure = [...(step.reconfigure ?? []), port];
}
