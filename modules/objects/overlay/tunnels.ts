import { createHash } from 'node:crypto';
import type { TopologyOptions } from '../topology/options.ts';
import type { OverlayOptions } from './options.ts';

// An interface's name has at most 15 characters, and a dash follows the overlay's name.
const LONGEST = 14;
const DIGEST = 5;

/** What a tunnel to a host is called. A host's name that is too long is cut, and a digest of it follows. */
export function tunnelName(overlay: string, host: string): string {
  const room = LONGEST - overlay.length;
  if (host.length <= room && /^[\w.-]+$/.test(host)) return `${overlay}-${host}`;
  const [short = ''] = host.replace(/[^A-Za-z0-9.-]/g, '').split('.');
  const digest = createHash('sha256').update(host).digest('hex').slice(0, DIGEST);
  return `${overlay}-${short.slice(0, room - DIGEST - 1)}-${digest}`;
}

/** Whether the host has tunnels. */
export const isJoined = ({ state, host, members }: OverlayOptions): boolean =>
  state === 'present' && Object.hasOwn(members, host);

/** The address that this host's tunnels start from. */
export const localAddress = ({ options, members, host }: OverlayOptions): string =>
  options.local_ip ?? members[host] ?? '';

/** The hosts that this one has tunnels to. */
export const peersOf = ({ host, members }: OverlayOptions): string[] =>
  Object.keys(members)
    .filter((name) => name !== host)
    .sort();

function tunnelTo(overlay: OverlayOptions, peer: string): TopologyOptions['ports'][number] {
  const { name, bridge, type, key, psk, port, members } = overlay;
  const options = {
    ...(key && { key }),
    ...overlay.options,
    local_ip: localAddress(overlay),
    remote_ip: members[peer] ?? '',
    ...(psk && { psk }),
  };
  const fixed = { bridge, port: tunnelName(name, peer), type, options, protected: true } as const;
  return { ...port, ...fixed, state: 'present', take_address: false };
}

/** The desired bridge and tunnels of an overlay. */
export function topologyOf(overlay: OverlayOptions): TopologyOptions {
  const { name, bridge, bridge_defaults, database_socket, timeout } = overlay;
  const joined = isJoined(overlay);
  return {
    bridges: joined ? [{ name: bridge, state: 'present' }] : [],
    bridge_defaults,
    ports: joined ? peersOf(overlay).map((peer) => tunnelTo(overlay, peer)) : [],
    bring_up: false,
    owner: `overlay-${name}`,
    purge: true,
    ...(database_socket === undefined ? {} : { database_socket }),
    timeout,
  };
}
