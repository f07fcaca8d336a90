import type { Host } from '../../host/host.ts';
import { childOf, type Element, element, valueAt } from '../../xml/element.ts';
import { serialiseXml } from '../../xml/serialise.ts';
import { attempt, type Target } from './guest.ts';

/** Of what we note in the live definition alone; it goes with the guest. */
const NAMESPACE = 'https://piecewise.cloud/libvirt/moved/1';
const KEY = 'piecewise-moved';

/** MAC addresses of the interfaces that are on another bridge than libvirt thinks. */
export function movedIn(live: Element): readonly string[] {
  const notes = childOf(live, 'metadata')?.children.find(({ attributes }) =>
    Object.values(attributes).includes(NAMESPACE),
  );
  return notes?.children.flatMap((note) => note.attributes.mac ?? []) ?? [];
}

/**
 * Notes whether libvirt is wrong about an interface's bridge.
 * @param live the guest's XML as it is now
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
  await attempt(host, target, 'metadata', '--live', '--uri', NAMESPACE, ...what);
}
