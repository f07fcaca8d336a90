import type { VmInterface } from './options.ts';

// As Python's json.dumps writes it, so that the seed is the same, byte for byte, as an earlier release wrote it.
function json(value: string | readonly string[]): string {
  if (typeof value !== 'string') return `[${value.map(json).join(', ')}]`;
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped);
}

/** The name servers of an interface: a list, or a text of several. */
export const serversOf = ({ dns = [] }: VmInterface): string[] =>
  dns.flatMap((text) => text.split(/[\s,]+/)).filter(Boolean);

function stanza(nic: VmInterface, mac: string): string {
  const { name, mode, comment, dns } = nic;
  return [
    ...(comment === undefined ? [] : [`  # ${comment.replaceAll('\n', ' ')}`]),
    '  - type: physical',
    `    name: ${json(name)}`,
    `    mac_address: ${json(mac)}`,
    '    subnets:',
    `      - type: ${mode}`,
    ...(['address', 'netmask', 'gateway'] as const).flatMap((key) =>
      nic[key] === undefined ? [] : [`        ${key}: ${json(nic[key])}`],
    ),
    ...(dns === undefined ? [] : [`        dns_nameservers: ${json(serversOf(nic))}`]),
    '',
  ].join('\n');
}

/**
 * The network configuration of a guest, in version 1 of cloud-init's format.
 * @param macs the MAC address of each interface
 */
export const networkConfigOf = (interfaces: readonly VmInterface[], macs: readonly string[]): string =>
  `version: 1\nconfig:\n${interfaces.map((nic, i) => stanza(nic, macs[i] ?? '')).join('')}`;

/**
 * Whether a warning is about a gateway with `on_link`. Such a gateway works: ifupdown configures every gateway as on-link,
 * and so does cloud-init from 25.1 on with networkd (measured).
 */
export const isOnLink = (interfaces: readonly VmInterface[], warning: string): boolean =>
  interfaces.some(
    ({ on_link, gateway }) => on_link && warning.includes(`${gateway} is in no subnet of the interface`),
  );
