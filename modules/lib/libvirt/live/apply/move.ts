import type { Host } from '../../../host/host.ts';
import { type Element, element, valueAt } from '../../../xml/element.ts';
import { serialiseXml } from '../../../xml/serialise.ts';
import { MOVED_NAMESPACE, movedIn } from '../plan/moved.ts';
import { movePort } from '../ports.ts';
import { attempt, type Target } from './guest.ts';

const KEY = 'piecewise-moved';

/**
 * Moves an interface's port to the Open vSwitch bridge of its definition. libvirt 9 refuses to do it ("unable to change
 * config on 'bridge' network type"), and so does 11 while the port is on another bridge.
 * @throws Failure where Open vSwitch has no such bridge
 */
export const moveToBridge = (host: Host, live: Element, persistent: Element): Promise<void> =>
  movePort(host, valueAt(live, 'target/@dev') ?? '', valueAt(persistent, 'source/@bridge') ?? '');

/**
 * Notes in the live metadata whether libvirt reports a wrong bridge of an interface.
 * @param live the guest's current XML
 */
export async function noteMoved(
  host: Host,
  target: Target,
  live: Element,
  nic: Element,
  isMoved: boolean,
): Promise<void> {
  const mac = valueAt(nic, 'mac/@address') ?? '';
  const before = movedIn(live);
  if (before.includes(mac) === isMoved) return;
  const after = isMoved ? [...before, mac] : before.filter((one) => one !== mac);
  const notes = element(
    'moved',
    {},
    after.map((one) => element('interface', { mac: one })),
  );
  const what = after.length > 0 ? ['--key', KEY, '--set', serialiseXml(notes)] : ['--remove'];
  await attempt(host, target, 'metadata', '--live', '--uri', MOVED_NAMESPACE, ...what);
}
