import type { Placed, Scope } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { VmOptions } from './options.ts';

/**
 * Whether a task manages an entry. An entry of another host is ignored. One that `only` or `steps` excludes is only
 * compared with the others.
 * @param given the entry as the user wrote it
 */
export function scopeOf(given: Readonly<Record<string, unknown>>): Scope {
  const { host, hypervisor, only, name, steps, state } = given;
  if (host !== undefined && host !== null && host !== hypervisor) return 'ignored';
  if (steps === 'start' && (state ?? 'running') !== 'running') return 'checked';
  return only && only !== name ? 'checked' : 'included';
}

/** The error of a task whose `only` names no VM of the list. */
export function noneSelected(items: readonly Placed<VmOptions>[]): OptionError | undefined {
  const { only, hypervisor } = items[0]?.options ?? {};
  const names = items.map(({ options }) => options.name);
  if (!only || names.includes(only)) return undefined;
  const where = hypervisor ? `on ${hypervisor}` : 'in the list';
  return new OptionError('only', `VM '${only}' not found ${where}, which has ${names.join(', ')}`);
}
