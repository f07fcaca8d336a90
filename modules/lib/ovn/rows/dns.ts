import { parseIp } from '../../net/address.ts';
import { reverseName } from '../../net/reverse.ts';
import { type DesiredRow, rowKeys } from '../desired.ts';
import type { CloudNetwork } from '../model.ts';

/** The names of a network. OVN answers queries for them on the way, whatever name server they are sent to. */
export function dnsRows({ name, dns }: CloudNetwork): DesiredRow[] {
  if (!dns) return [];
  const records = Object.entries(dns.records).map(([record, addresses]) => [
    record.toLowerCase(),
    [...addresses].sort().join(' '),
  ]);
  // OVN takes what a name of .arpa has as the name of an address.
  const reverse = [...dns.reverse].flatMap(([ip, owner]) => {
    const family = parseIp(ip)?.family;
    return family ? [[reverseName(family, ip), owner.toLowerCase()]] : [];
  });
  return [
    {
      table: 'DNS',
      name: `network/${name}/dns`,
      part: 'names',
      columns: { records: Object.fromEntries([...records, ...reverse]) },
      memberships: [{ holder: rowKeys.networkSwitch(name), column: 'dns_records' }],
    },
  ];
}
