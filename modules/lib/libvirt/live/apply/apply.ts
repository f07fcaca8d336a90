import type { Host } from '../../../host/host.ts';
import { withParts } from '../plan/parts.ts';
import { postponedTitle } from '../plan/pending.ts';
import type { LiveStep } from '../plan/step.ts';
import { setMemory } from './balloon.ts';
import { detach } from './detach.ts';
import { attempt, attemptWith, currentDevice, readLive, type Target } from './guest.ts';
import { moveToBridge, noteMoved } from './move.ts';
import { setProcessors } from './processors.ts';

/**
 * Carries out one step of a plan on a running guest.
 * @returns why it only takes effect at the guest's next start; undefined when it is done
 * @throws Failure for anything else
 */
export async function applyLive(host: Host, target: Target, step: LiveStep): Promise<string | undefined> {
  const reason = await applyStep(host, target, step);
  return reason === undefined ? undefined : `${postponedTitle(step)}: ${reason}`;
}

async function applyStep(host: Host, target: Target, step: LiveStep): Promise<string | undefined> {
  switch (step.act) {
    case 'attach':
      return attemptWith(host, target, 'attach-device', step.device);
    case 'detach':
      return detach(host, target, step.device);
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
