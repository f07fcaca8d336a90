import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import type { State } from '../../../modules/lib/ovn/observe.ts';
import { checkCloud } from '../../../modules/objects/ovn/check.ts';
import { type CloudOptions, cloudOptions } from '../../../modules/objects/ovn/options.ts';
import { plan } from '../../../modules/objects/ovn/plan.ts';
import type { ModelDatabase } from '../../lib/ovn/model.ts';

/** Options of a task, with their defaults. */
export const options = (given: Record<string, unknown>): CloudOptions => withDefaults(cloudOptions, given);

/** What a plan reads of a database in memory. */
export const stateOf = (database: ModelDatabase): State => ({
  northbound: database.read(),
  socket: '/nb',
  chassis: ['hv1', 'id-of-hv2', 'hv3'].map((name) => ({ name, hostname: name, carriedOut: 0 })),
  unreachable: undefined,
});

/** Checks and plans a task, and writes what it plans. @returns the titles of the changes */
export function run(database: ModelDatabase, given: Record<string, unknown>) {
  const task = options(given);
  checkCloud(task);
  const made = plan(task, stateOf(database));
  const operations = made.changes[0]?.step.writing?.operations ?? [];
  database.transact(operations);
  return { ...made, operations, titles: made.changes.map(({ title }) => title) };
}

/** A UUID with a number in it. */
export const uuid = (number: number): string => `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`;

/** A MAC address with a number in it. */
export const mac = (number: number): string =>
  `52:54:00:00:${[number >> 8, number & 255].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;

/** An interface of a guest. */
export const nic = (network: string, number: number, more: Record<string, unknown> = {}) => ({
  network,
  port: uuid(number),
  mac: mac(number),
  ...more,
});
