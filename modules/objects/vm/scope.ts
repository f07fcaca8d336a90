import type { Placed, Scope } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { VmOptions } from './options.ts';

/**
 * Whether an entry is this task's: one of another host isn't, and one that the task is not about only counts where two
 * VMs have the same thing.
 * @param given the entry as it was written
 */
export function scopeOf(given: Readonly<Record<string, unknown>>): Scope {
  const { host, hypervisor, only, name } = given;
  if (host !== undefined && host !== null && host !== hypervisor) return 'others';
  return only && only !== name ? 'aside' : 'own';
}

/** What is wrong where the VM that the task is about isn't there. */
export function nothingOwn(items: readonly Placed<VmOptions>[]): OptionError {
  const { only, hypervisor } = items[0]?.options ?? {};
  const names = items.map(({ options }) => options.name).join(', ');
  const where = hypervisor ? ` on ${hypervisor}` : '';
  return new OptionError('only', `there is no VM '${only}'${where}; it has ${names}`);
}
