import { OptionError } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';

interface DhcpOption {
  /** OVN's name. */
  readonly name: string;
  readonly kind: 'address' | 'addresses' | 'text' | 'number';
}

/** The options of DHCPv4 that both dnsmasq and OVN have, by number and by dnsmasq's name. */
const OPTIONS: readonly (readonly [number, string, DhcpOption])[] = [
  [3, 'router', { name: 'router', kind: 'address' }],
  [6, 'dns-server', { name: 'dns_server', kind: 'addresses' }],
  [7, 'log-server', { name: 'log_server', kind: 'addresses' }],
  [9, 'lpr-server', { name: 'lpr_server', kind: 'addresses' }],
  [15, 'domain-name', { name: 'domain_name', kind: 'text' }],
  [26, 'mtu', { name: 'mtu', kind: 'number' }],
  [28, 'broadcast', { name: 'broadcast_address', kind: 'address' }],
  [42, 'ntp-server', { name: 'ntp_server', kind: 'addresses' }],
  [66, 'tftp-server', { name: 'tftp_server', kind: 'text' }],
  [67, 'bootfile-name', { name: 'bootfile_name', kind: 'text' }],
  [119, 'domain-search', { name: 'domain_search_list', kind: 'text' }],
  [150, 'tftp-server-address', { name: 'tftp_server_address', kind: 'addresses' }],
];

const BY_NAME = new Map(
  OPTIONS.flatMap(([number, name, option]) => [[String(number), option] as const, [name, option] as const]),
);

function writtenAs({ kind }: DhcpOption, at: string, value: string): string {
  const parts = value.split(',').map((part) => part.trim());
  const wrong = parts.find((part) => parseIp(part)?.family !== 4);
  switch (kind) {
    case 'text':
      return JSON.stringify(value);
    case 'number':
      if (/^\d{1,5}$/.test(value)) return value;
      throw new OptionError(at, `'${value}' is not a number`);
    default:
      if (wrong !== undefined) throw new OptionError(at, `'${wrong}' is not an IPv4 address`);
      if (kind === 'address' && parts.length > 1) throw new OptionError(at, 'is one address');
      return kind === 'address' ? value : `{${parts.join(', ')}}`;
  }
}

/** The options of `dhcp.options` as OVN has them. @throws OptionError for one that OVN doesn't have */
export function optionsOf(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const at = `dhcp.options.${key}`;
      const option = BY_NAME.get(key);
      if (!option)
        throw new OptionError(
          at,
          `is not known with 'engine: ovn': known are ${OPTIONS.map(([number, name]) => `${name} (${number})`).join(', ')}`,
        );
      return [option.name, writtenAs(option, at, value)];
    }),
  );
}
