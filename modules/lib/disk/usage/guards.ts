import { dirname } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { oncePerHost, onlyOnce } from '../../host/once.ts';
import type { Disk } from '../image/disk.ts';
import { isLocked, qemuImg } from '../image/qemu-img.ts';
import { type GuestDisk, guestDisks, guestsWithDisk } from './guests.ts';
import { findOverlays, isSearched } from './overlays.ts';
import { type Overlays, usersOf } from './users.ts';

/** Whether a guest has the disk open, or its saved memory needs the disk as it is. */
export const isInUse = ({ state, saved }: GuestDisk) => saved || state !== 'shut off';

const described = ({ guest, state, saved }: GuestDisk) =>
  `the guest '${guest}' (${saved ? 'saved with its memory' : state})`;

/**
 * Does something with a disk that no running guest and no other process uses.
 * @param advice what the user can do otherwise, for the error
 */
async function whileUnused(host: Host, path: string, advice: string, act: () => Promise<unknown>) {
  const using = (await guestsWithDisk(host, path)).find(isInUse);
  if (using) throw new Failure(`${path} is in use by ${described(using)}: ${advice}`);
  try {
    await act();
  } catch (error) {
    if (isLocked(error)) throw new Failure(`${path} is locked by another process that uses it: ${advice}`);
    throw error;
  }
}

/** Does something that reads a whole disk. @throws Failure when a guest or process may write to it meanwhile */
export const readSafely = (host: Host, disk: Disk, act: () => Promise<unknown>): Promise<void> =>
  whileUnused(host, disk.path, 'stop it first, or copy another disk', async () => {
    // qemu-img finds users that libvirt doesn't know, by their locks. A reflink copy checks no locks.
    await qemuImg(host, disk.path, ['info', '-f', disk.format, disk.path]);
    await act();
  });

/** Does something that changes a disk. @throws Failure when it is in use, or has overlays */
export const changeSafely = (host: Host, path: string, act: () => Promise<unknown>): Promise<void> =>
  whileUnused(host, path, 'stop it first', async () => {
    await checkChangeable(host, path);
    await act();
  });

/** @throws Failure when the disk has overlays */
export async function checkChangeable(host: Host, path: string): Promise<void> {
  const { overlays } = await usersOf(host, path, [], await overlaysNear(host, path));
  if (overlays[0]) throw new Failure(`${path} can't be changed: ${overlays[0]} is an overlay of it`);
}

// One search for many disks that grow: it takes longer than to grow one. An overlay that another program makes
// meanwhile is not harmed, since it has a size of its own.
const searches = /* @__PURE__ */ oncePerHost(onlyOnce);

function overlaysNear(host: Host, path: string): Promise<Overlays> {
  const directories = isSearched(path) ? [] : [dirname(path)];
  return searches(host)(directories.join(), () => findOverlays(host, directories));
}

/**
 * Makes sure that a file can be removed. Guests and overlays are read again for it.
 * @throws Failure when it is a disk of a guest, even of one that is off, or when it has overlays or may have
 */
export async function checkRemovable(host: Host, path: string): Promise<void> {
  searches.forget(host);
  guestDisks.forget(host);
  const [guest] = await guestsWithDisk(host, path);
  if (guest) throw new Failure(`${path} can't be removed: it is a disk of ${described(guest)}`);
  const found = await overlaysNear(host, path);
  const { overlays } = await usersOf(host, path, [], found);
  if (overlays[0]) throw new Failure(`${path} can't be removed: ${overlays[0]} is an overlay of it`);
  const [unknown] = found.unknown;
  if (unknown) throw new Failure(`${path} can't be removed: ${unknown} may be an overlay of it`);
}

/** Makes an overlay of a disk, which must not change from then on. @throws Failure when it is a guest's disk */
export async function useAsBacking(host: Host, disk: Disk, act: () => Promise<unknown>): Promise<void> {
  const [guest] = await guestsWithDisk(host, disk.path);
  if (guest) {
    throw new Failure(
      `${disk.path} can't be a template: it is a disk of ${described(guest)}, which would change it under its overlays. Use 'backing: copy'`,
    );
  }
  await act();
  searches.forget(host);
}
