import type { Change } from '../../lib/ansible/plan.ts';
import { asError, asOption, MissingProgram, OptionError } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { applyNetworkStep } from '../../lib/libvirt/network/apply.ts';
import { bridgedNetwork } from '../../lib/libvirt/network/document.ts';
import { planLibvirtNetwork, planNoLibvirtNetwork } from '../../lib/libvirt/network/plan.ts';
import { type LibvirtNetwork, readLibvirtNetworks } from '../../lib/libvirt/network/read.ts';
import type { NetworkChange } from '../../lib/libvirt/network/step.ts';
import { type NetworkUser, readNetworkUsers } from '../../lib/libvirt/network/users.ts';
import type { Element } from '../../lib/xml/element.ts';
import { UNTAGGED } from './network-of.ts';
import type { NetworkOptions } from './options.ts';
import type { KnownNetwork } from './record.ts';
import type { Step } from './step.ts';

/** The libvirt of the host's guests. */
const URI = 'qemu:///system';

/** What libvirt has of a network. */
export interface LibvirtState {
  /** Undefined where it has no network of that name. */
  readonly network: LibvirtNetwork | undefined;
  /** The domains that use it, where they matter: it is removed, or changes while it is active. */
  readonly users: readonly NetworkUser[];
  readonly machineId: string;
}

/** The same, or why it couldn't be read. */
export type LibvirtSeen = LibvirtState | Error;

const desiredOf = (item: NetworkOptions): Element | undefined =>
  item.state === 'present' && item.libvirt
    ? bridgedNetwork({ name: item.name, bridge: item.bridge ?? '', vlan: item.vlan ?? UNTAGGED })
    : undefined;

const changesOf = (
  item: NetworkOptions,
  { network, machineId }: Omit<LibvirtState, 'users'>,
): NetworkChange[] => {
  const desired = desiredOf(item);
  return desired ? planLibvirtNetwork(item.name, desired, network, machineId) : planNoLibvirtNetwork(network);
};

/** Whether who uses the network matters to the changes of an item. */
function concernsUsers(item: NetworkOptions, state: Omit<LibvirtState, 'users'>): boolean {
  try {
    return changesOf(item, state).some(({ step }) => /^(update|restart|stop|undefine)$/.test(step.act));
  } catch {
    // It is an error of the plan, whoever uses it.
    return false;
  }
}

async function read(host: Host, items: readonly NetworkOptions[]): Promise<Map<string, LibvirtState>> {
  const names = items.map(({ name }) => name);
  const [networks, id] = await Promise.all([
    readLibvirtNetworks(host, URI, names),
    readText(host, '/etc/machine-id'),
  ]);
  const machineId = (id ?? '').trim();
  const states = items.map((item, i) => ({ item, state: { network: networks[i], machineId } }));
  const concerned = states.filter(({ item, state }) => concernsUsers(item, state));
  const users = await readNetworkUsers(
    host,
    URI,
    concerned.map(({ item }) => item.name),
  );
  return new Map(
    states.map(({ item, state }) => [item.name, { ...state, users: users.get(item.name) ?? [] }]),
  );
}

/**
 * Reads libvirt's networks for the items that have, or had, one: no process where there are none.
 * @param known the networks of the host by their records
 */
export async function observeLibvirt(
  host: Host,
  items: readonly NetworkOptions[],
  known: ReadonlyMap<string, KnownNetwork>,
): Promise<ReadonlyMap<string, LibvirtSeen>> {
  const asked = items.filter(
    (item) => desiredOf(item) !== undefined || known.get(item.name)?.network.options.libvirt === true,
  );
  if (asked.length === 0) return new Map();
  try {
    return await read(host, asked);
  } catch (error) {
    return new Map(asked.map(({ name }) => [name, asError(error)]));
  }
}

/** A network's changes in libvirt. */
export interface LibvirtPlan {
  /** Before all other changes of the network: as long as its record says that libvirt has one, the next run looks for it. */
  readonly removal: readonly Change<Step>[];
  /** After all others. */
  readonly changes: readonly Change<Step>[];
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

/** Plans a network of libvirt's. Pure. @throws Failure */
export function planLibvirt(item: NetworkOptions, seen: LibvirtSeen | undefined): LibvirtPlan {
  const removes = desiredOf(item) === undefined;
  const none = { removal: [], changes: [], missing: [], warnings: [] };
  if (seen === undefined) return none;
  // Without libvirt there is nothing to remove.
  if (seen instanceof MissingProgram && removes) return none;
  if (seen instanceof Error && !(seen instanceof MissingProgram))
    throw removes ? seen : new OptionError('libvirt', seen.message);
  const missing = seen instanceof Error ? [`option 'libvirt': ${seen.message}`] : [];
  const state = seen instanceof Error ? { network: undefined, users: [], machineId: '' } : seen;
  const found = asOption('libvirt', () => changesOf(item, state));
  if (removes && found.length > 0) refuseUsed(item, state.users);
  const changes = found.map(({ step, ...change }) => ({
    ...change,
    step: { part: 'libvirt' as const, step },
  }));
  if (removes) return { ...none, removal: changes };
  return { removal: [], changes, missing, warnings: warningsOf(item, found, state.users) };
}

/** A domain on a network that is removed wouldn't start again. @throws OptionError */
function refuseUsed(item: NetworkOptions, users: readonly NetworkUser[]): void {
  if (users.length === 0) return;
  const names = users.map(({ name }) => name).join(', ');
  throw new OptionError(
    item.state === 'absent' ? 'state' : 'libvirt',
    `libvirt's network '${item.name}' can't be removed, since domains use it: ${names}. Remove them or their interfaces of type network first`,
  );
}

function warningsOf(
  { name }: NetworkOptions,
  changes: readonly NetworkChange[],
  users: readonly NetworkUser[],
): string[] {
  const running = users.filter((user) => user.running).map((user) => user.name);
  if (running.length === 0 || !changes.some(({ step }) => step.act === 'update' || step.act === 'restart'))
    return [];
  return [
    `libvirt's network '${name}' changes for guests that start from now on; these run on with the bridge and VLAN that they have: ${running.join(', ')}`,
  ];
}

/** Applies a step in libvirt. @throws Failure */
export const applyLibvirt = (
  host: Host,
  name: string,
  { step }: Extract<Step, { part: 'libvirt' }>,
): Promise<void> => applyNetworkStep(host, URI, name, step);
