import type { Host } from '../../host/host.ts';
import { moveBalloon } from './balloon.ts';
import { movePort } from './bridges.ts';
import { detach } from './detach.ts';
import { attempt, attemptWith, readLive, sameDevice, type Target } from './guest.ts';
import { lay } from './lay.ts';
import { noteMoved } from './moved.ts';
import { setProcessors } from './processors.ts';
import type { LiveStep } from './step.ts';
import { whatWaits } from './waits.ts';

export type { Target } from './guest.ts';

/**
 * Carries out one step of a plan on a running guest.
 * @returns why it has to wait for the guest's next start after all; undefined when it is done
 * @throws Failure for anything else
 */
export async function applyLive(host: Host, target: Target, step: LiveStep): Promise<string | undefined> {
  const reason = await applyStep(host, target, step);
  return reason === undefined ? undefined : `${whatWaits(step)}: ${reason}`;
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
      return moveBalloon(host, target, step.size);
    case 'processors':
      return setProcessors(host, target, step.count);
    case 'call':
      return attempt(host, target, step.command, '--live', ...step.flags);
  }
}

type Update = Extract<LiveStep, { act: 'update' | 'move' }>;

// libvirt compares the whole device with its own XML of it, as it is in this moment; an interface of a network is such
// to it, whatever it has become.
async function update(
  host: Host,
  target: Target,
  { live, persistent, paths }: Update,
): Promise<string | undefined> {
  const now = sameDevice(await readLive(host, target), live);
  if (!now) return 'the running guest no longer has it';
  const parts = persistent.name === 'interface' ? ['@type', ...paths] : paths;
  return attemptWith(host, target, 'update-device', lay(now, persistent, parts));
}

// libvirt 11 takes note of another bridge when the port is there; 9 can't.
async function move(host: Host, target: Target, step: Update): Promise<undefined> {
  await movePort(host, step.live, step.persistent);
  const refused = await update(host, target, step);
  await noteMoved(host, target, await readLive(host, target), step.persistent, refused !== undefined);
}
