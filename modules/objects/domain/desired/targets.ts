import { Failure } from '../../../lib/failure.ts';
import type { Disk } from '../options/items.ts';

// The letters of a bus's device names (formatdomain, "target").
const PREFIX: Readonly<Record<string, string>> = {
  virtio: 'vd',
  scsi: 'sd',
  sata: 'sd',
  usb: 'sd',
  ide: 'hd',
  fdc: 'fd',
};

const DEFAULT_BUS: Readonly<Record<Disk['device'], NonNullable<Disk['bus']>>> = {
  disk: 'virtio',
  cdrom: 'scsi',
  floppy: 'fdc',
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** The bus of a disk; by default that of its kind of drive. */
export const busOf = ({ bus, device }: Disk) => bus ?? DEFAULT_BUS[device];

/** Gives each disk without a target the next free device name of its bus. */
export function targetsOf(disks: readonly Disk[]): string[] {
  const taken = new Set(disks.flatMap(({ target }) => target ?? []));
  return disks.map((disk) => {
    if (disk.target) return disk.target;
    const prefix = PREFIX[busOf(disk)] ?? 'sd';
    const name = [...LETTERS].map((letter) => prefix + letter).find((candidate) => !taken.has(candidate));
    if (!name)
      throw new Failure(
        `more than ${LETTERS.length} disks are on bus ${busOf(disk)}: give the 'target' of the others`,
      );
    taken.add(name);
    return name;
  });
}
