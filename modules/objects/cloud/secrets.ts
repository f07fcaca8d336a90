import type { Domain } from '../../lib/libvirt/read.ts';
import { secretsIn } from '../../lib/libvirt/secrets.ts';
import { PORT_COLUMNS } from '../../lib/ovs/rows/columns.ts';
import type { Database } from '../../lib/ovs/tables.ts';

/** The texts that no output may hold: passwords of consoles and what is passed through to QEMU, and keys of tunnels. Pure. */
export const secretsOf = (domains: readonly Domain[], database: Database | undefined): string[] => [
  ...domains.flatMap(({ definition, live }) =>
    [definition, live].flatMap((xml) => (xml ? secretsIn(xml) : [])),
  ),
  ...(database?.interfaces ?? []).flatMap(({ options }) =>
    PORT_COLUMNS.options.secretKeys.flatMap((key) => options[key] ?? []),
  ),
];
