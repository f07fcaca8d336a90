import { basename, normalize } from 'node:path';
import { OptionError } from '../../lib/failure.ts';
import { directoryOf } from './names.ts';
import type { VmDataDisk, VmOptions } from './options.ts';

/** A disk of a VM beside its first one. */
export interface DataDisk {
  /** Its entry: `disks[1]`. */
  readonly at: string;
  /** Unique in the VM; the serial number that the guest sees. */
  readonly name: string;
  readonly path: string;
  /** Whether the task makes it, and may grow and remove it. */
  readonly isMade: boolean;
  /** Undefined where the domain's default is used. */
  readonly format: VmDataDisk['format'];
  readonly given: VmDataDisk;
}

/** The name of the only disk that has none. It doesn't depend on the entry's position, which changes. */
const DEFAULT_NAME = 'data';

/** The limit of a serial number on virtio (VIRTIO_BLK_ID_BYTES). */
const LONGEST = 20;

const nameFrom = (source: string): string =>
  basename(source)
    .replace(/\.(qcow2|raw|img)$/, '')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, LONGEST) || DEFAULT_NAME;

/** The entries of `disks`, in order. */
export const dataDisksOf = (vm: Pick<VmOptions, 'name' | 'directory' | 'disks'>): DataDisk[] =>
  vm.disks.map((given, i) => {
    const { source } = given;
    const at = `disks[${i}]`;
    const name = given.name ?? (source === undefined ? DEFAULT_NAME : nameFrom(source));
    if (source !== undefined)
      return { at, name, path: normalize(source), isMade: false, format: given.format, given };
    const { format = 'qcow2' } = given;
    return { at, name, path: `${directoryOf(vm)}/${name}.${format}`, isMade: true, format, given };
  });

/** Where the disk would be in the other format. */
export const otherPath = ({ path, format }: Pick<DataDisk, 'path' | 'format'>): string =>
  path.replace(/\.(qcow2|raw)$/, format === 'raw' ? '.qcow2' : '.raw');

/** The options of the domain for these disks. */
export const domainDisksOf = (vm: VmOptions) =>
  dataDisksOf(vm).map(({ name, path, format, given: { bus, cache } }) => ({
    ...{ source: path, serial: name, bus, cache, format },
  }));

function checkOne({ at, given: { source, size, format } }: DataDisk): void {
  if (source === undefined) {
    if (size !== undefined) return;
    throw new OptionError(
      `${at}.size`,
      "is required, since the disk is made empty. For a disk that exists, give 'source'",
    );
  }
  if (!source.startsWith('/')) throw new OptionError(`${at}.source`, `'${source}' must be an absolute path`);
  // QEMU would open the files that a wrong one names, and a guest may have written it.
  if (format === undefined && !source.startsWith('/dev/'))
    throw new OptionError(`${at}.format`, "is required with 'source', where that is a file: qcow2 or raw");
  if (size === undefined) return;
  throw new OptionError(
    `${at}.size`,
    "is for a disk that the task makes, and 'source' is used as it is: leave one of them out",
  );
}

/** Rules of the entries of `disks`, and between them. @throws OptionError */
export function checkDataDisks(vm: VmOptions): void {
  const disks = dataDisksOf(vm);
  disks.forEach((disk, i) => {
    checkOne(disk);
    const other = disks.slice(0, i).find(({ name }) => name === disk.name);
    if (!other) return;
    const which = disk.given.name === undefined ? `'${disk.name}', the default,` : `'${disk.name}'`;
    throw new OptionError(
      `${disk.at}.name`,
      `${which} is the name of ${other.at} too: give each disk a name of its own`,
    );
  });
}
