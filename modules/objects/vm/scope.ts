import type { Placed, Scope } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { VmOptions } from './options.ts';
import { isIncluded } from './power.ts';

/** An entry, of which it isn't known yet whether it is valid. */
type Entry = Readonly<Record<string, unknown>>;

/** The options that select VMs, from the widest to the narrowest: what each compares, and the word for it. */
const SELECTORS = [
  { option: 'only_group', word: 'group', of: ({ group }: Entry) => group },
  { option: 'only_type', word: 'type', of: ({ type }: Entry) => type },
  { option: 'only', word: 'VM', of: ({ name, surplus }: Entry) => (isGiven(surplus) ? undefined : name) },
] as const;

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

// YAML takes some names for numbers. No name has a comma.
const isAmong = (one: unknown, names: unknown) =>
  isGiven(one) &&
  String(names)
    .split(',')
    .some((name) => name.trim() === String(one));

/** Whether all options that select VMs, as far as they are given, select an entry. */
const isSelected = (entry: Entry, selectors: readonly (typeof SELECTORS)[number][] = SELECTORS) =>
  selectors.every(({ option, of }) => !isGiven(entry[option]) || isAmong(of(entry), entry[option]));

const isElsewhere = ({ name, elsewhere, surplus }: Entry) =>
  Array.isArray(elsewhere) && !isGiven(surplus) && elsewhere.map(String).includes(String(name));

/**
 * Whether a task manages an entry. An entry of another host is ignored. One that `only`, `only_group`, `only_type`, `steps` or
 * `elsewhere` excludes is only compared with the others.
 * @param given the entry as the user wrote it
 */
export function scopeOf(given: Entry): Scope {
  const { host, hypervisor, steps, state } = given;
  if (host !== undefined && host !== null && host !== hypervisor) return 'ignored';
  return isIncluded(steps, state) && isSelected(given) && !isElsewhere(given) ? 'included' : 'checked';
}

/**
 * The error of a task that is about VMs that are not in its list. It names the first option that leaves none of the VMs
 * that those before it select, and what these have.
 */
export function noneSelected(items: readonly Placed<VmOptions>[]): OptionError | undefined {
  const entries = items.map(({ options }) => options);
  const first = entries[0];
  if (!first) return undefined;
  for (const [i, { option, word, of }] of SELECTORS.entries()) {
    const before = SELECTORS.slice(0, i);
    if (!isGiven(first[option]) || entries.some((one) => isSelected(one, SELECTORS.slice(0, i + 1))))
      continue;
    const among = entries.filter((one) => isSelected(one, before));
    const found = [...new Set(among.map(of).filter(isGiven))].map(String);
    const narrowed = before
      .filter((one) => isGiven(first[one.option]))
      .map((one) => `the ${one.word} '${first[one.option]}'`)
      .reverse()
      .join(' of ');
    const onHost = first.hypervisor ? `on ${first.hypervisor}` : 'in the list';
    const where = narrowed ? `in ${narrowed} ${onHost}` : onHost;
    const has = found.length === 0 ? `no VM with a ${word}` : found.join(', ');
    return new OptionError(option, `${word} '${first[option]}' not found ${where}, which has ${has}`);
  }
  return undefined;
}
