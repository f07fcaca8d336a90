import { dirname } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Disk } from '../image/disk.ts';
import { isLocked, qemuImg } from '../image/qemu-img.ts';
import { forgetGuests, type GuestDisk, guestsWithDisk } from './guests.ts';
import { findOverlays, isSearched, type Overlays } from './overlays.ts';

const busy = ({ state, saved }: GuestDisk) => saved || state !== 'shut off';

const described = ({ guest, state, saved }: GuestDisk) =>
  `the guest '${guest}' (${saved ? 'saved with its memory' : state})`;

/**
 * Does something with a disk that no guest and no other process may be using.
 * @param way what to do instead, for the error
 */
async function unused(host: Host, path: string, way: string, act: () => Promise<unknown>): Promise<void> {
  const using = (await guestsWithDisk(host, path)).find(busy);
  if (using) throw new Failure(`${path} is in use by ${described(using)}: ${way}`);
  try {
    await act();
  } catch (error) {
    if (isLocked(error))
      throw new Failure(`${path} is in use by another process, which has it locked: ${way}`);
    throw error;
  }
}

/** Does something that reads a whole disk. @throws Failure when somebody may be writing to it */
export const readSafely = (host: Host, disk: Disk, act: () => Promise<unknown>): Promise<void> =>
  unused(host, disk.path, 'stop it first, or make the copy from another disk', async () => {
    // qemu-img's lock tells what libvirt doesn't know of; a copy of blocks would not look.
    await qemuImg(host, disk.path, ['info', '-f', disk.format, disk.path]);
    await act();
  });

/** Does something that changes a disk. @throws Failure when it is in use, or others are overlays of it */
export const changeSafely = (host: Host, path: string, act: () => Promise<unknown>): Promise<void> =>
  unused(host, path, 'stop it first', async () => {
    const [one] = await overlaysOf(host, path);
    if (one) throw new Failure(`${path} can't be changed: ${one} is an overlay of it`);
    await act();
  });

// To look through all disks for each of many that grow would take longer than to grow them. What others make meanwhile
// does no harm: an overlay has a size of its own.
const walks = new WeakMap<Host, Map<string, Promise<Overlays>>>();

async function overlaysOf(host: Host, path: string): Promise<readonly string[]> {
  return (await overlaysAround(host, path)).byBacking.get((await host.realPath(path)) ?? path) ?? [];
}

async function overlaysAround(host: Host, path: string): Promise<Overlays> {
  const known = walks.get(host) ?? new Map<string, Promise<Overlays>>();
  walks.set(host, known);
  const places = isSearched(path) ? [] : [dirname(path)];
  const walk = known.get(places.join()) ?? findOverlays(host, places);
  known.set(places.join(), walk);
  return walk;
}

/**
 * Makes sure that nobody needs a file that is to go.
 * @throws Failure when it is a disk of a guest, also of one that is off, or others are overlays of it or may be
 */
export async function checkRemovable(host: Host, path: string): Promise<void> {
  walks.delete(host);
  forgetGuests(host);
  const [user] = await guestsWithDisk(host, path);
  if (user) throw new Failure(`${path} can't be removed: it is a disk of ${described(user)}`);
  const { byBacking, unknown } = await overlaysAround(host, path);
  const [one] = byBacking.get((await host.realPath(path)) ?? path) ?? [];
  if (one) throw new Failure(`${path} can't be removed: ${one} is an overlay of it`);
  const [open] = unknown;
  if (open) throw new Failure(`${path} can't be removed: ${open} may be an overlay of it`);
}

/** Does something that needs a disk to stay as it is for good. @throws Failure when it is a guest's own */
export async function useAsBacking(host: Host, disk: Disk, act: () => Promise<unknown>): Promise<void> {
  const [one] = await guestsWithDisk(host, disk.path);
  if (one) {
    throw new Failure(
      `${disk.path} can't be a template: it is a disk of ${described(one)}, which would change it under its overlays. Make a copy of it first ('backing: copy')`,
    );
  }
  await act();
  walks.delete(host);
}
