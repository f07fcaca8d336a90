import { qcow2Of } from '../../lib/disk/formats/qcow2.ts';
import { readHead } from '../../lib/disk/image/inspect.ts';
import { referencesOf } from '../../lib/disk/image/references.ts';
import { resolve } from '../../lib/disk/usage/users.ts';
import type { Host } from '../../lib/host/host.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { pathOf } from '../../lib/libvirt/disks.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import { type Optional, withoutMissing } from './optional.ts';

/** A disk of a guest. Sizes are bytes; those of a block device, and of formats other than raw and qcow2, are missing. */
export type DiskInfo = Optional<{
  /** As the guest sees it: `vda`. */
  readonly target: string;
  /** disk, cdrom, … */
  readonly device: string;
  readonly file: string | undefined;
  readonly format: string | undefined;
  /** For the guest. */
  readonly size: number | undefined;
  /** On the host. */
  readonly allocated: number | undefined;
  /** The file that it is an overlay of. */
  readonly backing: string | undefined;
}>;

/** Sizes of a file in bytes, and its backing file. */
export interface Sizes {
  readonly size?: number;
  readonly allocated?: number;
  readonly backing?: string;
}

/**
 * Reads the sizes of a disk's file, without a process, and its backing file's name, which isn't opened.
 * @param format as the guest has it: what a guest has written into a raw disk is never taken for a header
 * @returns nothing for what isn't a file, and for one that can't be read
 */
export async function sizesOf(host: Host, path: string, format: string): Promise<Sizes> {
  try {
    const file = await host.stat(path);
    if (file?.kind !== 'file') return {};
    const { allocated } = file;
    if (format === 'raw') return { size: file.size, allocated };
    const header = format === 'qcow2' ? qcow2Of(await readHead(host, path)) : undefined;
    if (!header) return { allocated };
    const { backing, backingFormat } = header;
    const named = {
      path,
      format: 'qcow2',
      backing,
      backingFormat,
      external: false,
      dataFile: undefined,
    } as const;
    const [reference] = referencesOf(named);
    return {
      size: header.size,
      allocated,
      ...(reference?.path === undefined ? {} : { backing: await resolve(host, reference.path) }),
    };
  } catch {
    return {};
  }
}

async function diskOf(host: Host, disk: Element): Promise<DiskInfo> {
  const file = pathOf(disk);
  const format = valueAt(disk, 'driver/@type');
  // libvirt opens a disk without a format as raw (formatdomain, "driver").
  const opened = format ?? 'raw';
  const found = file === undefined ? {} : await sizesOf(host, file, opened);
  return withoutMissing({
    target: valueAt(disk, 'target/@dev') ?? '',
    device: disk.attributes.device ?? 'disk',
    file,
    format,
    size: undefined,
    allocated: undefined,
    backing: undefined,
    ...found,
  });
}

/** Reads the disks of a guest: those that it has while it runs, else those of its definition. */
export const readDisks = (host: Host, { live, definition }: Domain): Promise<DiskInfo[]> =>
  Promise.all(devicesOf(live ?? definition, 'disk').map((disk) => diskOf(host, disk)));
