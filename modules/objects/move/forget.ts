import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { checkRemovable } from '../../lib/disk/usage/guards.ts';
import { asError, Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { evacuatedIn, noteEvacuated } from '../../lib/libvirt/evacuated.ts';
import { type Domain, isOn, readDomains } from '../../lib/libvirt/read.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { isAdmitted, unauthorise } from '../../lib/move/authorised.ts';
import { moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { LEAVING, MARKER } from '../../lib/move/marker.ts';
import { poolOf } from '../../lib/move/remote.ts';
import { readNetworks } from '../network/record.ts';
import { applyAttachments, observeAttachments, planRemoval } from '../vm/attachments.ts';
import { type Description, descriptionOf, directoryIn, filesOf } from './description.ts';
import type { MoveOptions } from './options.ts';
import { definitionPath, removeMade } from './prepare.ts';
import { forgetAttempt, forgetMove, readRecord } from './record.ts';
import type { MoveResult } from './result.ts';

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
  /**
   * What the step is about. The host that a guest has left removes what it has noted itself when it sent it: the other host's word
   * isn't enough. Undefined where it has noted nothing.
   */
  readonly description: Description | undefined;
  /** Files and directories. */
  readonly left: readonly string[];
}

/** Reads what is here. */
export async function observeEnd(host: Host, options: MoveOptions): Promise<Ended> {
  const { name, uri, step } = options;
  const given = descriptionOf(options);
  const id = moveId(given.uuid);
  const [[domain], noted, isAuthorised] = await Promise.all([
    readDomains(host, uri, [name]),
    step === 'forget' ? readRecord(host, 'leaving', name) : undefined,
    step === 'abandon' && isAdmitted(host, id),
  ]);
  const description = step === 'forget' ? noted : given;
  if (description?.uuid !== given.uuid) return { domain, description: undefined, left: [] };
  const { state, sockets } = pathsOf(id);
  const directory = directoryIn(description);
  const paths = [
    ...[state, sockets, `${directory}/${MARKER}`, `${directory}/${LEAVING}`, definitionPath(description)],
    ...(step === 'forget' ? filesOf(description).map(({ path }) => path) : []),
  ];
  const found = await Promise.all(paths.map((path) => host.stat(path)));
  const left = paths.filter((_, i) => found[i] !== undefined);
  return { domain, description, left: isAuthorised ? [...left, 'its key'] : left };
}

const TITLES = {
  forget: (name: string) => `remove ${name}, which has moved`,
  complete: (name: string) => `remove the mark of the move of ${name}`,
  abandon: (name: string) => `undo the move of ${name}`,
} as const;

/** Pure. @throws Failure where the guest still runs on its former host */
export function planEnd(
  options: MoveOptions,
  act: EndStep['act'],
  { domain, description, left }: Ended,
): Plan<EndStep, MoveResult> {
  const { name } = options;
  if (!description) {
    if (!domain) return { changes: [], result: { name } };
    throw new Failure(`this host has the guest '${name}', and has not sent it to another one`);
  }
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
): Promise<Outcome<MoveResult>> {
  if (domain) {
    // The new host runs it: what is suspended here must never go on.
    if (isOn(domain.state)) await virsh(host, uri, 'destroy', '--domain', name);
    if (domain.persistent) await virsh(host, uri, 'undefine', '--domain', name, '--nvram', '--managed-save');
  }
  const warnings = (await Promise.all(description.disks.map(({ path }) => removeDisk(host, path)))).flat();
  for (const { path } of filesOf({ ...description, disks: [] })) await host.remove(path);
  const known = await readNetworks(host, [], 'all');
  const [current = new Map<string, string>()] = await observeAttachments(host, [{ name }], known);
  const removal = planRemoval(name, current, known);
  if (removal) await applyAttachments(host, removal);
  for (const mark of [MARKER, LEAVING]) await host.remove(`${directoryIn(description)}/${mark}`);
  await host.removeDirectory(directoryIn(description));
  await forgetMove(host, moveId(description.uuid));
  return { warnings };
}

// The guest has gone: a disk that something else needs hinders nothing any more.
async function removeDisk(host: Host, path: string): Promise<string[]> {
  if ((await host.stat(path)) === undefined) return [];
  try {
    await checkRemovable(host, path);
  } catch (error) {
    return [`${path} is kept: ${asError(error).message}`];
  }
  await host.remove(path);
  return [];
}

/** Completes the move on the host that has the guest now: the other one has nothing of it any more. */
export async function applyComplete(
  host: Host,
  { description, domain }: EndStep,
  { uri, name, start }: MoveOptions,
): Promise<Outcome<MoveResult>> {
  // Not before: two hosts that start would both start it.
  if (description.autostart) await virsh(host, uri, 'autostart', '--domain', name);
  await host.remove(definitionPath(description));
  await host.remove(`${directoryIn(description)}/${MARKER}`);
  await forgetMove(host, moveId(description.uuid));
  if (start && description.runs && domain && !isOn(domain.state))
    await virsh(host, uri, 'start', '--domain', name);
  return {};
}

/**
 * Undoes what a move has made, on either host. A guest that has come stays with its mark, and what is noted of one that has gone
 * stays too: the next run goes on from there.
 */
export async function applyAbandon(
  host: Host,
  { description, domain }: EndStep,
  { uri, name, from }: MoveOptions,
): Promise<Outcome<MoveResult>> {
  const id = moveId(description.uuid);
  await unauthorise(host, id);
  await virsh(host, uri, 'pool-destroy', '--pool', poolOf(id)).catch(() => undefined);
  const has = async (mark: string) => (await host.stat(`${directoryIn(description)}/${mark}`)) !== undefined;
  const [isMarked, isShutDown, noted] = await Promise.all([
    has(MARKER),
    has(LEAVING),
    readRecord(host, 'leaving', name),
  ]);
  if (!domain) {
    await removeMade(host, description);
    await forgetAttempt(host, id);
  } else if (!isMarked && noted?.uuid !== domain.uuid) {
    // It was never sent, or is a domain that has nothing to do with the move.
    await forgetAttempt(host, id);
  } else if (!isMarked) {
    await keepHere(host, uri, domain, description, from);
    await forgetMove(host, id);
    if (isShutDown && description.runs && !isOn(domain.state))
      await virsh(host, uri, 'start', '--domain', name);
  }
  return {};
}

/** Gives a guest that has not gone back what was taken from it for the move. */
async function keepHere(
  host: Host,
  uri: string,
  domain: Domain,
  description: Description,
  from: string,
): Promise<void> {
  await host.remove(`${directoryIn(description)}/${LEAVING}`);
  if (description.autostart) await virsh(host, uri, 'autostart', '--domain', domain.name);
  if (from !== '' && evacuatedIn(domain.definition) === from)
    await noteEvacuated(host, uri, domain, undefined);
}
