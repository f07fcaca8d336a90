import { type ObjectKind, observeEach } from '../../lib/ansible/plan.ts';
import { observe, type State } from '../../lib/ovn/observe.ts';
import { writeTransaction } from '../../lib/ovn/write.ts';
import type { MigrationOptions } from './options.ts';
import { type MigrationResult, plan, type Step } from './plan.ts';

/** The ports of a guest in networks of OVN while it moves from one hypervisor to another. */
export const migration: ObjectKind<MigrationOptions, State, Step, MigrationResult> = {
  key: ({ ports }) => ports.join(),
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  apply: async (host, { socket, transactions, others }, { southbound_socket: southbound, timeout }) => {
    for (const operations of transactions)
      await writeTransaction(host, { socket, southbound, timeout, operations, late: others });
    return undefined;
  },
};
