import type { Host } from '../../../host/host.ts';
import { type Element, valueAt } from '../../../xml/element.ts';
import { devicesOf } from '../../devices.ts';
import { driverAt } from '../../driver.ts';
import { labelOf } from '../../label.ts';
import { movedIn } from '../plan/moved.ts';
import type { LiveStep } from '../plan/step.ts';
import { detach } from './detach.ts';
import { DONE, type Effect } from './effect.ts';
import { attemptWith, readLive, type Target } from './guest.ts';
import { setUpInside } from './inside.ts';
import { noteMoved } from './move.ts';
import { BY_HOOK, CONFIGURED, watched } from './reads.ts';

type Attach = Extract<LiveStep, { act: 'attach' }>;
type Reattach = Extract<LiveStep, { act: 'reattach' }>;

const attachDevice = (host: Host, target: Target, device: Element): Promise<string | undefined> =>
  attemptWith(host, target, 'attach-device', device);

/** An interface that the guest doesn't configure now: cloud-init's hook isn't there, or not yet. */
const unseen = (device: Element): Effect => ({
  later: `${labelOf(device)}: the guest has not looked into its seed; it has the configuration when it boots`,
});

/**
 * Attaches a device. Where the guest looks into a drive because of that, waits until it has done so.
 *
 * An interface whose name in the guest is not the one that the kernel gives is attached twice: cloud-init's hook writes a udev rule
 * for it, by which it has its name when it comes the next time. The hook itself gives up after a minute, and then learns of the
 * second time.
 */
export async function attach(
  host: Host,
  target: Target,
  { device, drive, isTwice }: Attach,
): Promise<Effect> {
  if (drive === undefined) {
    const postponed = await attachDevice(host, target, device);
    const isDone = postponed !== undefined || !driverAt(target.uri).leavesDown;
    return isDone ? { postponed } : setUpInside(host, target, device);
  }
  const put = () => watched(host, target, drive, CONFIGURED, () => attachDevice(host, target, device));
  const { refused, hasRead } = await put();
  if (refused !== undefined) return { postponed: refused };
  if (!hasRead) return unseen(device);
  if (!isTwice) return DONE;
  const kept = await detachCurrent(host, target, device);
  if (kept !== undefined) return { later: `${labelOf(device)} does not have its name yet: ${kept}` };
  const again = await put();
  if (again.refused !== undefined) return { postponed: again.refused };
  return again.hasRead ? DONE : unseen(device);
}

async function detachCurrent(host: Host, target: Target, device: Element): Promise<string | undefined> {
  const mac = valueAt(device, 'mac/@address');
  const live = devicesOf(await readLive(host, target), 'interface').find(
    (one) => valueAt(one, 'mac/@address') === mac,
  );
  return live && detach(host, target, live);
}

/**
 * Detaches an interface and attaches it again, so that cloud-init's hook in the guest configures it again. The hook looks for
 * the interface when it learns of its removal: if that is attached again by then, it tries for a minute and keeps the former
 * configuration (cloudinit/cmd/devel/hotplug_hook.py; measured with 22.4.2).
 */
export async function reattach(
  host: Host,
  target: Target,
  { live, persistent, drive }: Reattach,
): Promise<Effect> {
  const out = await watched(host, target, drive, BY_HOOK, () => detach(host, target, live));
  if (out.refused !== undefined) return { postponed: out.refused };
  const put = () => attachDevice(host, target, persistent);
  // A guest that has not noticed that it was taken out doesn't look when it comes either.
  const back = out.hasRead
    ? await watched(host, target, drive, CONFIGURED, put)
    : { refused: await put(), hasRead: false };
  if (back.refused !== undefined) return { postponed: back.refused };
  const now = await readLive(host, target);
  if (movedIn(now).includes(valueAt(persistent, 'mac/@address') ?? ''))
    await noteMoved(host, target, now, persistent, false);
  return back.hasRead ? DONE : unseen(persistent);
}
