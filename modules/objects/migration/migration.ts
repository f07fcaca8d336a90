import { type ObjectKind, observeEach } from '../../lib/ansible/plan.ts';
import { readChassis, readNorthbound } from '../../lib/ovn/read.ts';
import { writeTransaction } from '../../lib/ovn/write.ts';
import type { MigrationOptions } from './options.ts';
import { plan, type State, type Step } from './plan.ts';

/** The ports of a guest in networks of OVN while it moves from one hypervisor to another. */
export const migration: ObjectKind<MigrationOptions, State, Step> = {
  key: ({ ports }) => ports.join(),
  observe: (host, items) =>
    observeEach(items, async ({ database_socket, southbound_socket, timeout }) => {
      const [read, chassis] = await Promise.all([
        readNorthbound(host, database_socket, timeout),
        readChassis(host, southbound_socket, timeout),
      ]);
      return { ...read, chassis };
    }),
  plan,
  apply: async (host, { socket, transactions, others }, { southbound_socket: southbound, timeout }) => {
    for (const operations of transactions)
      await writeTransaction(host, { socket, southbound, timeout, operations, late: others });
    return undefined;
  },
};
