import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { oncePerHost } from '../../host/once.ts';
import { disksOf } from '../../libvirt/disks.ts';
import { type Domain, readAllDomains } from '../../libvirt/read.ts';
import { usersOf } from './users.ts';

/** A file or block device that a guest of libvirt has. */
export interface GuestDisk {
  readonly guest: string;
  /** Links are followed. */
  readonly path: string;
  /** The format that QEMU opens it in. Its content proves nothing: the guest can write anything there. */
  readonly format: string;
  /** As libvirt names it: `running`, `paused`, `shut off`, … */
  readonly state: string;
  /** Whether its memory is saved. That fits only the disk as it is now. */
  readonly saved: boolean;
  /** Whether the guest writes to it. Otherwise it is a backing file of one of the guest's disks. */
  readonly attached: boolean;
}

const URI = 'qemu:///system';

/** The directory of the definitions of all guests. */
const DEFINITIONS = '/etc/libvirt/qemu';

// A host without libvirt has no guests.
async function domainsOf(host: Host): Promise<Domain[]> {
  try {
    return await readAllDomains(host, URI);
  } catch (error) {
    // Where libvirt doesn't answer, its guests may run all the same.
    if (!(await host.list(DEFINITIONS)).some((name) => name.endsWith('.xml'))) return [];
    const why = (error as Error).message;
    throw new Failure(`libvirt doesn't say which disks its guests use: ${why}`);
  }
}

async function readDisks(host: Host): Promise<GuestDisk[]> {
  // A CD is read only, and several guests may share it.
  const disks = (await disksOf(host, URI, await domainsOf(host))).filter(({ device }) => device !== 'cdrom');
  const found = await Promise.all(
    disks.map(async ({ domain, path, format, attached }) => {
      const real = path?.startsWith('/') ? await host.realPath(path) : undefined;
      const { name: guest, state, saved } = domain;
      return real === undefined ? [] : [{ guest, path: real, format, state, saved, attached }];
    }),
  );
  return found.flat();
}

/**
 * The disks of all guests of this host, running or not, without CDs; and the backing files that libvirt names.
 * libvirt is asked once in a run, since a task may make many disks.
 */
export const guestDisks = /* @__PURE__ */ oncePerHost(readDisks);

const disksAt = async (host: Host, path: string) => (await usersOf(host, path, await guestDisks(host))).disks;

/** The guests that have a file as a disk; those that only have an overlay of it are left out. */
export const guestsWithDisk = async (host: Host, path: string): Promise<GuestDisk[]> =>
  (await disksAt(host, path)).filter(({ attached }) => attached);

/** The format that a guest's definition gives a disk. */
export type GuestFormat = Pick<GuestDisk, 'guest' | 'format'>;

/**
 * The format in which a guest has a disk, whatever its content looks like.
 * @returns undefined when no guest has it
 * @throws Failure when two guests have it in different formats
 */
export async function guestFormatOf(host: Host, path: string): Promise<GuestFormat | undefined> {
  const [first, ...others] = await disksAt(host, path);
  const different = others.find(({ format }) => format !== first?.format);
  if (!first || !different) return first && { guest: first.guest, format: first.format };
  const formats = [first, different].map(({ guest, format }) => `${format} to the guest '${guest}'`);
  throw new Failure(`${path} is ${formats.join(' and ')}: give both the same type of driver`);
}
