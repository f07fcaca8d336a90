import { basename } from 'node:path/posix';
import { OptionError, optionAt } from '../failure.ts';
import { parseIp } from '../net/address.ts';
import type { Addressing } from '../net/port.ts';
import { partOf } from '../net/stanzas.ts';
import { fileOf } from './files.ts';
import type { Kept, Link } from './observe.ts';
import type { Uplink } from './uplink.ts';
import type { LinkWish } from './wish.ts';

/** A file of someone else, as it is and as it will be. */
export interface Edit {
  readonly before: string;
  readonly after: string;
}

export interface Taken {
  readonly wishes: readonly LinkWish[];
  /** By path. */
  readonly edits: ReadonlyMap<string, Edit>;
}

/** Whether an interface has something that its bridge is to take. */
export const hasToGive = (link: Link | undefined): boolean =>
  link !== undefined && (link.addresses.length > 0 || hasLease(link));

// What IPv6 gets by router advertisement, the bridge gets by itself.
const hasLease = ({ leased }: Link) => leased.addresses.some(({ family }) => family === 4);

/**
 * What is wanted when a bridge takes the addresses, routes and name servers of an interface of the host, now and at the
 * next boot. What the task itself says of the bridge's addresses goes before.
 * @param wish of the interface, which is to become a port of the bridge
 * @param bridge of the bridge's own interface
 * @throws OptionError when what configures the interface can't be told otherwise
 */
export function takeOver(wish: LinkWish, bridge: LinkWish, link: Link, kept: Kept, uplink: Uplink): Taken {
  refuse(wish, link, kept, uplink);
  const stanzas = [...uplink.files.values()].flatMap((text) => partOf(text, wish.port).own);
  const lines = kept.keeper === 'ifupdown' ? stanzas : (uplink.networkFile?.text ?? '').split('\n');
  const taken: Addressing = {
    mode: 'static',
    addresses: link.addresses,
    routes: link.routes,
    ...namesIn(lines),
  };
  return {
    wishes: [
      { ...wish, gives: true },
      { ...bridge, addressing: bridge.addressing ?? taken },
    ],
    edits: new Map(
      [...uplink.files].map(([path, before]) => [path, { before, after: partOf(before, wish.port).rest }]),
    ),
  };
}

// interfaces(5) with resolvconf(8), and systemd.network(5).
const SERVERS = /^\s*(?:dns-nameservers?\s+|DNS=)(.*)$/;
const DOMAINS = /^\s*(?:dns-search\s+|Domains=)(.*)$/;

function namesIn(lines: readonly string[]): Pick<Addressing, 'dns' | 'dnsSearch'> {
  const words = (pattern: RegExp) =>
    lines.flatMap((line) => pattern.exec(line)?.[1]?.split(/\s+/) ?? []).filter((word) => word !== '');
  return { dns: words(SERVERS).flatMap((word) => parseIp(word)?.ip ?? []), dnsSearch: words(DOMAINS) };
}

function refuse(
  { at, port }: LinkWish,
  link: Link,
  kept: Kept,
  { networkFile, networkManager }: Uplink,
): void {
  const failure = (problem: string) => new OptionError(optionAt(at, 'take_address'), problem);
  if (hasLease(link)) {
    const way = 'give it a fixed address first, or move it by hand';
    throw failure(`'${port}' has its address by DHCP, which can't be moved: ${way}`);
  }
  if (networkManager) {
    const way = `have it leave the interface alone ('nmcli device set ${port} managed no', and in its configuration)`;
    throw failure(`'${port}' is NetworkManager's: ${way}`);
  }
  if (!networkFile || networkFile.path.endsWith(basename(fileOf('networkd', port)))) return;
  if (kept.networkd && kept.keeper === 'ifupdown') {
    throw failure(
      `'${port}' is systemd-networkd's by ${networkFile.path}, while ifupdown is in use: disable one of them`,
    );
  }
  const ours = basename(fileOf('networkd', port));
  if (basename(networkFile.path) < ours) {
    throw failure(`${networkFile.path} goes before our ${ours}: rename it to something that comes later`);
  }
}
