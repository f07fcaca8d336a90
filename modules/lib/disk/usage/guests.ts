import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { oncePerHost } from '../../host/once.ts';
import { devicesOf } from '../../libvirt/devices.ts';
import { disksOf, pathOf } from '../../libvirt/disks.ts';
import { type Domain, readAllDomains } from '../../libvirt/read.ts';
import type { Element } from '../../xml/element.ts';
import { usersOf } from './users.ts';

/** A file or block device that a guest of libvirt has. */
export interface GuestDisk {
  readonly guest: string;
  /** Links are followed. */
  readonly path: string;
  /** The path in the definition of the guest. */
  readonly source: string;
  /** The format that QEMU opens it in. Its content proves nothing: the guest can write anything there. */
  readonly format: string;
  /** As libvirt names it: `running`, `paused`, `shut off`, … */
  readonly state: string;
  /** Whether its memory is saved. That fits only the disk as it is now. */
  readonly saved: boolean;
  /** Whether the guest writes to it. Otherwise it is a backing file of one of the guest's disks. */
  readonly attached: boolean;
  /** Whether the running guest has it; one that can't be attached live is in the definition only. */
  readonly live: boolean;
}

/** The libvirt whose guests use the disks of this host. */
export const URI = 'qemu:///system';

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

const readDisks = async (host: Host): Promise<GuestDisk[]> => disksOfGuests(host, URI, await domainsOf(host));

/** The disks of some guests, without CDs; and the backing files that libvirt names. @param uri the libvirt that has them */
export async function disksOfGuests(
  host: Host,
  uri: string,
  domains: readonly Domain[],
): Promise<GuestDisk[]> {
  // A CD is read only, and several guests may share it.
  const disks = (await disksOf(host, uri, domains)).filter(({ device }) => device !== 'cdrom');
  const found = await Promise.all(
    disks.map(async ({ domain, path, source, format, attached }) => {
      const real = path?.startsWith('/') ? await host.realPath(path) : undefined;
      const { name: guest, state, saved } = domain;
      const has = (xml: Element | undefined) => devicesOf(xml, 'disk').some((one) => pathOf(one) === source);
      // A volume has no path in either.
      const live = domain.live !== undefined && (has(domain.live) || !has(domain.definition));
      return real === undefined ? [] : [{ guest, path: real, source, format, state, saved, attached, live }];
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
