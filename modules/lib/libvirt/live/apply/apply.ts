import type { Host } from '../../../host/host.ts';
import { withParts } from '../plan/parts.ts';
import { postponedTitle } from '../plan/pending.ts';
import type { LiveStep } from '../plan/step.ts';
import { attach, reattach } from './attach.ts';
import { setMemory } from './balloon.ts';
import { detach } from './detach.ts';
import type { Effect } from './effect.ts';
import { attempt, attemptWith, currentDevice, readLive, type Target } from './guest.ts';
import { moveToBridge, noteMoved } from './move.ts';
import { setProcessors } from './processors.ts';
import { reinsert } from './reinsert.ts';

/**
 * Carries out one step of a plan on a running guest.
 * @returns what it has come to; texts are for a user
 * @throws Failure for anything else
 */
export async function applyLive(host: Host, target: Target, step: LiveStep): Promise<Effect> {
  const { postponed, later } = await applyStep(host, target, step);
  return postponed === undefined ? { later } : { postponed: `${postponedTitle(step)}: ${postponed}` };
}

async function applyStep(host: Host, target: Target, step: LiveStep): Promise<Effect> {
  switch (step.act) {
    case 'attach':
      return attach(host, target, step);
    case 'reattach':
      return reattach(host, target, step);
    default:
      return { postponed: await change(host, target, step) };
  }
}

/** @returns why it only takes effect at the guest's next start */
async function change(
  host: Host,
  target: Target,
  step: Exclude<LiveStep, { act: 'attach' | 'reattach' }>,
): Promise<string | undefined> {
  switch (step.act) {
    case 'detach':
      return detach(host, target, step.device);
    case 'reinsert':
      return reinsert(host, target, step);
    case 'update':
      return update(host, target, step);
    case 'move':
      return move(host, target, step);
    case 'balloon':
      return setMemory(host, target, step.size);
    case 'processors':
      return setProcessors(host, target, step.count);
    case 'call':
      return attempt(host, target, step.command, '--live', ...step.flags);
  }
}

type Update = Extract<LiveStep, { act: 'update' | 'move' }>;

// libvirt compares the whole device with its own current XML of it. There an interface of a network still has that
// type, though its live XML shows the type that the network resolved to.
async function update(
  host: Host,
  target: Target,
  { live, persistent, paths }: Update,
): Promise<string | undefined> {
  const current = currentDevice(await readLive(host, target), live);
  if (!current) return 'the running guest no longer has it';
  const parts = persistent.name === 'interface' ? ['@type', ...paths] : paths;
  return attemptWith(host, target, 'update-device', withParts(current, persistent, parts));
}

// libvirt 11 accepts another bridge once the port is there; libvirt 9 never does.
async function move(host: Host, target: Target, step: Update): Promise<undefined> {
  await moveToBridge(host, step.live, step.persistent);
  const refused = await update(host, target, step);
  await noteMoved(host, target, await readLive(host, target), step.persistent, refused !== undefined);
}
