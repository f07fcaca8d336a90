import type { Placed, Scope } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { VmOptions } from './options.ts';

/**
 * Whether an entry is this task's: one of another host isn't, and one that the task is not about only counts where two
 * VMs have the same thing.
 * @param given the entry as it was written
 */
export function scopeOf(given: Readonly<Record<string, unknown>>): Scope {
  const { host, hypervisor, only, name, steps, state } = given;
  if (host !== undefined && host !== null && host !== hypervisor) return 'others';
  if (steps === 'start' && (state ?? 'running') !== 'running') return 'aside';
  return only && only !== name ? 'aside' : 'own';
}

/** What is wrong where the task is about one VM, and that isn't there. */
export function nothingOwn(items: readonly Placed<VmOptions>[]): OptionError | undefined {
  const { only, hypervisor } = items[0]?.options ?? {};
  const names = items.map(({ options }) => options.name);
  if (!only || names.includes(only)) return undefined;
  const where = hypervisor ? ` on ${hypervisor}` : '';
  return new OptionError('only', `there is no VM '${only}'${where}; it has ${names.join(', ')}`);
}
