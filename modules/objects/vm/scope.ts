import type { Scope } from '../../lib/ansible/plan.ts';

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
