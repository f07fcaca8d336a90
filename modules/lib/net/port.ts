import type { Address } from './address.ts';
import type { Route } from './route.ts';

/** How a port's interface gets its addresses, as ifupdown names it. */
export type AddressMode = 'static' | 'manual' | 'dhcp';

/** The desired configuration of a port's interface. */
export interface Addressing {
  readonly mode: AddressMode;
  /** Of mode `static`. */
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** The addresses of name servers, and the domains that names are looked up in. */
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
}

/** An interface without addresses. */
export const UNADDRESSED: Omit<Addressing, 'mode'> = { addresses: [], routes: [], dns: [], dnsSearch: [] };

/** The configuration of one port at boot. */
export interface PortConfig extends Addressing {
  readonly port: string;
  readonly bridge: string;
  /** It is no port any more, and has its addresses back from the bridge. */
  readonly returned?: true | undefined;
}

/** The content of a file of ours, or the blog's. */
export interface StoredConfig extends Omit<Addressing, 'mode'> {
  /** The bridge that it names. */
  readonly bridge: string | undefined;
  readonly mode: AddressMode | undefined;
}

/** The first line of a file that is ours. */
export const heading = ({ port, bridge, returned }: PortConfig): string =>
  returned
    ? `# piecewise.cloud: interface ${port} has its addresses back from bridge ${bridge}.`
    : `# piecewise.cloud: port ${port} of bridge ${bridge}. Changes made here are lost.`;

/** The bridge that a file's heading names. */
export const headingBridge = (text: string): string | undefined =>
  /^# piecewise\.cloud: port \S+ of bridge (\S+)\. /m.exec(text)?.[1];
