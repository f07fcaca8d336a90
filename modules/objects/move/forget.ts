import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { checkRemovable } from '../../lib/disk/usage/guards.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { evacuatedIn, noteEvacuated } from '../../lib/libvirt/evacuated.ts';
import { type Domain, isOn, readDomains } from '../../lib/libvirt/read.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { isAdmitted, unauthorise } from '../../lib/move/authorised.ts';
import { moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { MARKER } from '../../lib/move/marker.ts';
import { poolOf } from '../../lib/move/remote.ts';
import { readNetworks } from '../network/record.ts';
import { applyAttachments, observeAttachments, planRemoval } from '../vm/attachments.ts';
import { type Description, directoryIn, parseDescription } from './description.ts';
import type { MoveOptions } from './options.ts';
import { definitionPath, filesOf, removeMade } from './prepare.ts';
import { forgetMove } from './record.ts';

// The last steps of a move: what is no longer needed goes.

/** Removing the guest from its former host; completing the move on the new one; or undoing it on both. */
export interface EndStep {
  readonly act: 'forget' | 'complete' | 'abandon';
  readonly description: Description;
  readonly domain: Domain | undefined;
}

/** What is here of a guest and of its move. */
export interface Ended {
  readonly domain: Domain | undefined;
  /** Files and directories. */
  readonly left: readonly string[];
}

/** Reads what is here. */
export async function observeEnd(
  host: Host,
  { name, uri, step, description: text = '' }: MoveOptions,
): Promise<Ended> {
  const description = parseDescription(text);
  const id = moveId(description.uuid);
  const { state, sockets } = pathsOf(id);
  const directory = directoryIn(description);
  const paths = [
    ...[state, sockets, `${directory}/${MARKER}`, definitionPath(description)],
    ...(step === 'forget' ? filesOf(description).map(({ path }) => path) : []),
  ];
  const [[domain], isAuthorised, ...found] = await Promise.all([
    readDomains(host, uri, [name]),
    step === 'abandon' && isAdmitted(host, id),
    ...paths.map((path) => host.stat(path)),
  ]);
  const left = paths.filter((_, i) => found[i] !== undefined);
  return { domain, left: isAuthorised ? [...left, 'its key'] : left };
}

const TITLES = {
  forget: (name: string) => `remove ${name}, which has moved`,
  complete: (name: string) => `remove the mark of the move of ${name}`,
  abandon: (name: string) => `undo the move of ${name}`,
} as const;

/** Pure. @throws Failure where the guest still runs on its former host */
export function planEnd(options: MoveOptions, act: EndStep['act'], { domain, left }: Ended): Plan<EndStep> {
  const { name } = options;
  const description = parseDescription(options.description ?? '');
  if (domain && domain.uuid !== description.uuid)
    throw new Failure(`the domain '${name}' of this host is another guest`);
  if (act === 'forget' && domain && isOn(domain.state) && domain.state !== 'paused')
    throw new Failure(`the guest '${name}' is ${domain.state} on this host: it has not moved`);
  if (act === 'complete' && !domain) throw new Failure(`there is no domain '${name}' on this host`);
  const isLeft = left.length > 0 || (act === 'forget' && domain !== undefined);
  const isOff = act === 'complete' && options.start && domain !== undefined && !isOn(domain.state);
  if (!isLeft && !isOff) return { changes: [], result: { name } };
  const before = { left: [...left, ...(act === 'forget' && domain ? [`domain ${name}`] : [])] };
  const step = { act, description, domain };
  return { changes: [{ title: TITLES[act](name), before, after: undefined, step }], result: { name } };
}

/** Removes the guest from the host that it has left. */
export async function applyForget(
  host: Host,
  { description, domain }: EndStep,
  { uri, name }: MoveOptions,
): Promise<Outcome> {
  if (domain) {
    // The new host runs it: what is suspended here must never go on.
    if (isOn(domain.state)) await virsh(host, uri, 'destroy', '--domain', name);
    if (domain.persistent) await virsh(host, uri, 'undefine', '--domain', name, '--nvram', '--managed-save');
  }
  for (const { path } of description.disks) {
    if ((await host.stat(path)) === undefined) continue;
    await checkRemovable(host, path);
    await host.remove(path);
  }
  for (const { path } of filesOf({ ...description, disks: [] })) await host.remove(path);
  const known = await readNetworks(host, [], 'all');
  const [current = new Map<string, string>()] = await observeAttachments(host, [{ name }], known);
  const removal = planRemoval(name, current, known);
  if (removal) await applyAttachments(host, removal);
  await host.remove(`${directoryIn(description)}/${MARKER}`);
  await host.removeDirectory(directoryIn(description));
  await forgetMove(host, moveId(description.uuid));
  return {};
}

/** Removes the mark on the host that has the guest now. */
export async function applyComplete(
  host: Host,
  { description, domain }: EndStep,
  { uri, name, start }: MoveOptions,
): Promise<Outcome> {
  await host.remove(`${directoryIn(description)}/${MARKER}`);
  await forgetMove(host, moveId(description.uuid));
  if (start && domain && !isOn(domain.state)) await virsh(host, uri, 'start', '--domain', name);
  return {};
}

/** Undoes what a move has made on either host. A guest that has come stays, with its mark: the next run goes on. */
export async function applyAbandon(
  host: Host,
  { description, domain }: EndStep,
  { uri, name, from }: MoveOptions,
): Promise<Outcome> {
  const id = moveId(description.uuid);
  await unauthorise(host, id);
  await virsh(host, uri, 'pool-destroy', '--pool', poolOf(id)).catch(() => undefined);
  const isMarked = (await host.stat(`${directoryIn(description)}/${MARKER}`)) !== undefined;
  // Noted before it was sent, and it is still where it belongs.
  if (domain && !isMarked && evacuatedIn(domain.definition) === from && from !== '')
    await noteEvacuated(host, uri, domain, undefined);
  if (!domain) await removeMade(host, description);
  else if (!isMarked && description.autostart) await virsh(host, uri, 'autostart', '--domain', name);
  if (!domain || !isMarked) await forgetMove(host, id);
  return {};
}
