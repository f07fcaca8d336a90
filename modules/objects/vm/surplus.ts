import type { Found, StandIns } from '../../lib/ansible/plan.ts';
import { asError, MissingProgram } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import type { Member } from '../../lib/libvirt/member.ts';
import { readMembers } from '../../lib/libvirt/members.ts';
import { uriOf } from './names.ts';
import type { VmOptions } from './options.ts';

// The VMs of a type that its count no longer has: those of its group and type on the host that the task doesn't have.

/** The domains with a group, by name. */
type Members = ReadonlyMap<string, Member>;

type Declared = readonly Readonly<Record<string, unknown>>[];

/** Whether an entry stands for the VMs that a count no longer has. */
export const isSurplusEntry = ({ surplus, index }: Pick<VmOptions, 'surplus' | 'index'>): boolean =>
  surplus !== undefined && index === undefined;

/** Whether a VM is one that a count no longer has. */
export const isSurplus = ({ surplus, index }: Pick<VmOptions, 'surplus' | 'index'>): boolean =>
  surplus !== undefined && index !== undefined;

/** The names of the task's VMs; undefined in place of one that is no name. */
const namesOf = (declared: Declared) =>
  declared
    .filter(({ surplus }) => surplus === undefined || surplus === null)
    .map(({ name }) => (typeof name === 'string' || typeof name === 'number' ? String(name) : undefined));

/**
 * What is done with the surplus VMs of a type. Pure.
 * @param names of the task's VMs; undefined where one is unknown
 */
export function surplusOf(
  vm: VmOptions,
  members: Members,
  names: readonly (string | undefined)[],
): Found<VmOptions> {
  const { group, type, surplus } = vm;
  const found = [...members]
    .filter(([name, one]) => one.group === group && one.type === type && !names.includes(name))
    .flatMap(([name, { index }]) => (index === undefined ? [] : [{ name, index }]))
    .sort((a, b) => b.index - a.index || (a.name < b.name ? 1 : -1));
  const kept = (some: typeof found, why: string) =>
    some.length === 0
      ? []
      : [
          `VMs of the type '${type}' of the group '${group}' that its count does not have are kept: ${some.map(({ name }) => name).join(', ')}${why}`,
        ];
  const keepAll = (why: string) => ({ items: [], warnings: kept(found, why) });
  if (surplus === 'keep')
    return keepAll(
      " ('remove: true' in the type removes them, and an entry in 'vms' with 'state: absent' one of them)",
    );
  if (names.includes(undefined)) return keepAll(', since another entry of the task has no valid name');
  const [theirs, ours] = [true, false].map((isElsewhere) =>
    found.filter(({ name }) => vm.elsewhere.includes(name) === isElsewhere),
  ) as [typeof found, typeof found];
  const why = ", since another hypervisor declares them ('state: absent' in an entry of 'vms' removes one)";
  return { items: ours.map(({ name, index }) => ({ ...vm, name, index })), warnings: kept(theirs, why) };
}

/** A host without libvirt's driver for containers has none. */
const withoutDriver = (thrown: unknown): Members | Error =>
  thrown instanceof MissingProgram ? new Map() : asError(thrown);

async function find(
  host: Host,
  items: readonly VmOptions[],
  declared: Declared,
): Promise<(Found<VmOptions> | Error)[]> {
  const names = namesOf(declared);
  const known = new Set(names.filter((name) => name !== undefined));
  const uris = [...new Set(items.map(uriOf))];
  const answers = await Promise.all(
    uris.map((uri) => readMembers(host, uri, (name) => !known.has(name)).catch(withoutDriver)),
  );
  return items.map((vm) => {
    const members = answers[uris.indexOf(uriOf(vm))];
    if (members === undefined || members instanceof Error) return members ?? new Error('no members');
    return surplusOf(vm, members, names);
  });
}

/** Entries with `surplus`, which stand for VMs on the host. */
export const surplusVms: StandIns<VmOptions> = { isOne: isSurplusEntry, find };
