import { basename } from 'node:path/posix';
import { OptionError, optionAt } from '../../failure.ts';
import { parseIp } from '../../net/address.ts';
import type { Addressing } from '../../net/port.ts';
import { partOf } from '../../net/stanzas.ts';
import type { DesiredLink } from '../desired.ts';
import { fileOf, returnedFile } from '../files.ts';
import type { Kept, Link } from '../observe.ts';
import type { Uplink } from '../uplink.ts';

/** A change of a file that isn't ours. */
export interface Edit {
  readonly before: string;
  readonly after: string;
}

export interface Taken {
  readonly links: readonly DesiredLink[];
  /** By path. */
  readonly edits: ReadonlyMap<string, Edit>;
}

/** Whether an interface has addresses that its bridge could take. */
export const hasToGive = (link: Link | undefined): boolean =>
  link !== undefined && (link.addresses.length > 0 || hasLease(link));

// IPv6 addresses by router advertisement don't count: the bridge gets its own.
const hasLease = ({ leased }: Link) => leased.addresses.some(({ family }) => family === 4);

/**
 * Moves the addresses, routes and name servers of a NIC to its bridge, now and at the next boot. Where the task gives the
 * bridge addresses itself, the bridge gets those instead.
 * @param nic the NIC, which becomes a port of the bridge
 * @param bridge the bridge's own interface
 * @throws OptionError when what configures the NIC can't be changed
 */
export function takeOver(
  nic: DesiredLink,
  bridge: DesiredLink,
  link: Link,
  kept: Kept,
  uplink: Uplink,
): Taken {
  refuse(nic, link, kept, uplink);
  const stanzas = [...uplink.files.values()].flatMap((text) => partOf(text, nic.port).stanzas);
  const lines = kept.keeper === 'ifupdown' ? stanzas : (uplink.networkFile?.text ?? '').split('\n');
  const taken: Addressing = {
    mode: 'static',
    addresses: link.addresses,
    routes: link.routes,
    ...namesIn(lines),
  };
  return {
    links: [
      { ...nic, gives: true },
      { ...bridge, addressing: bridge.addressing ?? taken },
    ],
    edits: new Map(
      [...uplink.files]
        // That one is removed as a whole.
        .filter(([path]) => path !== returnedFile('ifupdown', nic.port))
        .map(([path, before]) => [path, { before, after: partOf(before, nic.port).rest }]),
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
  { at, port }: DesiredLink,
  link: Link,
  kept: Kept,
  { networkFile, networkManager }: Uplink,
): void {
  const failure = (problem: string) => new OptionError(optionAt(at, 'take_address'), problem);
  if (hasLease(link)) {
    const fix = 'give it a static address first, or move it by hand';
    throw failure(`'${port}' has its address by DHCP, which can't be moved: ${fix}`);
  }
  if (networkManager) {
    const fix = `make the interface unmanaged ('nmcli device set ${port} managed no', and in its configuration)`;
    throw failure(`'${port}' is managed by NetworkManager: ${fix}`);
  }
  if (!networkFile || networkFile.path.endsWith(basename(fileOf('networkd', port)))) return;
  if (kept.networkd && kept.keeper === 'ifupdown') {
    throw failure(
      `'${port}' is managed by systemd-networkd (${networkFile.path}), while ifupdown is in use: disable one of them`,
    );
  }
  const ours = basename(fileOf('networkd', port));
  if (basename(networkFile.path) < ours) {
    throw failure(
      `${networkFile.path} has precedence over our ${ours}: rename it so that it sorts after ours`,
    );
  }
}
