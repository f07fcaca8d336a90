import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { oncePerHost } from '../host/once.ts';
import { disksOf } from '../libvirt/disks.ts';
import { type Domain, readAllDomains } from '../libvirt/read.ts';

/** A file or block device that a guest of libvirt has. */
export interface GuestDisk {
  readonly guest: string;
  /** Wherever links lead. */
  readonly path: string;
  /** The format that the guest's QEMU opens it in. Its content tells nothing: the guest may write anything there. */
  readonly format: string;
  /** libvirt's own word: `running`, `paused`, `shut off`, … */
  readonly state: string;
  /** Whether its memory is saved, which fits to the disk as it is. */
  readonly saved: boolean;
  /** Whether the guest writes to it; otherwise a disk of it is an overlay of it. */
  readonly own: boolean;
}

const URI = 'qemu:///system';

/** Where libvirt keeps its guests of QEMU, whether it runs or not. */
const DEFINED = '/etc/libvirt/qemu';

// A host without libvirt has no guests.
async function domainsOf(host: Host): Promise<Domain[]> {
  try {
    return await readAllDomains(host, URI);
  } catch (error) {
    // A libvirt that doesn't answer has its guests all the same, and they may run.
    if (!(await host.list(DEFINED)).some((name) => name.endsWith('.xml'))) return [];
    const why = (error as Error).message;
    throw new Failure(`there are guests, and libvirt doesn't tell which disks they use: ${why}`);
  }
}

async function lookForDisks(host: Host): Promise<GuestDisk[]> {
  // Nobody writes to a CD, and it may be any guest's.
  const disks = (await disksOf(host, URI, await domainsOf(host))).filter(({ device }) => device !== 'cdrom');
  const found = await Promise.all(
    disks.map(async ({ domain, path, format, own }) => {
      const real = path?.startsWith('/') ? await host.realPath(path) : undefined;
      const { name: guest, state, saved } = domain;
      return real === undefined ? [] : [{ guest, path: real, format, state, saved, own }];
    }),
  );
  return found.flat();
}

/**
 * The disks that the guests of this host have, CDs left out, and what those are overlays of as far as libvirt says,
 * whether the guests run or not. libvirt is asked once in a run: a task makes many disks.
 */
export const guestDisks = /* @__PURE__ */ oncePerHost(lookForDisks);

const at = async (host: Host, path: string): Promise<GuestDisk[]> => {
  const real = await host.realPath(path);
  return (await guestDisks(host)).filter((disk) => disk.path === real);
};

/** The guests that have a file as a disk of their own. */
export const guestsOf = async (host: Host, path: string): Promise<GuestDisk[]> =>
  (await at(host, path)).filter(({ own }) => own);

/** A guest's word of what a disk is. */
export type Word = Pick<GuestDisk, 'guest' | 'format'>;

/**
 * The format that a guest has a disk in, whatever its content looks like.
 * @returns undefined where no guest has it
 * @throws Failure where two of them have it in different formats
 */
export async function wordOf(host: Host, path: string): Promise<Word | undefined> {
  const [first, ...others] = await at(host, path);
  const unlike = others.find(({ format }) => format !== first?.format);
  if (!first || !unlike) return first && { guest: first.guest, format: first.format };
  const said = [first, unlike].map(({ guest, format }) => `${format} to the guest '${guest}'`);
  throw new Failure(`${path} is ${said.join(' and ')}: give both the same type of driver`);
}
