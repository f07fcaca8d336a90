import { type DesiredRow, rowKeys } from '../desired.ts';
import type { CloudNetwork } from '../model.ts';

/** The names of a network. OVN answers queries for them on the way, whatever name server they are sent to. */
export function dnsRows({ name, dns }: CloudNetwork): DesiredRow[] {
  if (!dns) return [];
  const records = Object.entries(dns.records).map(([record, addresses]) => [
    record.toLowerCase(),
    [...addresses].sort().join(' '),
  ]);
  return [
    {
      table: 'DNS',
      name: `network/${name}/dns`,
      part: 'names',
      columns: { records: Object.fromEntries(records) },
      memberships: [{ holder: rowKeys.networkSwitch(name), column: 'dns_records' }],
    },
  ];
}
