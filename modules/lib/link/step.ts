import { type Address, formatAddress } from '../net/address.ts';
import { formatRoute, type Route } from '../net/route.ts';
import type { LiveChange } from './live.ts';
import type { Kept } from './observe.ts';

/** What is done to all interfaces together, in the order of the fields. */
export interface LinkStep {
  /** Interfaces that ifupdown takes down, with its hooks and without. */
  readonly release: string[];
  readonly releaseBare: string[];
  /** Lines for `ip -batch`, before the files change. */
  readonly early: string[];
  /** Files by path; undefined removes one. */
  readonly files: Map<string, string | undefined>;
  /** Interfaces that ifupdown forgets, now that it has no file of them. */
  readonly forget: string[];
  /** Interfaces that networkd configures anew; undefined when it isn't concerned. */
  reconfigure: string[] | undefined;
  /** Lines for `ip -batch`, after the files have changed. */
  readonly late: string[];
  /** Interfaces that ifupdown brings up. */
  readonly raise: string[];
  /** The name servers that the host is told of, by interface. */
  readonly names: Map<string, Names>;
}

/** Name servers, for who tells the host's programs of them. */
export interface Names {
  readonly resolver: Exclude<Kept['resolver'], undefined>;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
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
});

export const isEmpty = (step: LinkStep): boolean =>
  step.files.size === 0 &&
  step.names.size === 0 &&
  step.reconfigure === undefined &&
  [step.release, step.releaseBare, step.early, step.forget, step.late, step.raise].every(
    (list) => list.length === 0,
  );

// The broadcast address as ifupdown sets it; a network of two has none, RFC 3021.
const replace = (address: Address, port: string) => {
  const broadcast = address.family === 4 && address.prefix <= 30 ? ' broadcast +' : '';
  return `address replace ${formatAddress(address)}${broadcast} dev ${port}`;
};

// A batch has no option for the family, which `default` leaves open.
const routeWords = (route: Route) =>
  formatRoute(route).replace(/^default/, route.to.family === 4 ? '0.0.0.0/0' : '::/0');

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
  step.early.push(...live.removeRoutes.map((route) => `route delete ${routeWords(route)} dev ${port}`));
  step.early.push(...live.remove.map((address) => `address delete ${formatAddress(address)} dev ${port}`));
  if (live.up) step.late.push(`link set dev ${port} up`);
  step.late.push(...live.add.map((address) => replace(address, port)));
  step.late.push(...live.addRoutes.map((route) => `route replace ${routeWords(route)} dev ${port}`));
  if (live.names && kept.resolver) step.names.set(port, { resolver: kept.resolver, ...live.names });
  if (!live.raise) return;
  if (kept.keeper === 'ifupdown') step.raise.push(port);
  else if (kept.networkd) step.reconfigure = [...(step.reconfigure ?? []), port];
}
