import { Failure } from '../../../lib/failure.ts';
import { devicesOf } from '../../../lib/libvirt/devices.ts';
import { pathOf } from '../../../lib/libvirt/disks.ts';
import { type Element, valueAt } from '../../../lib/xml/element.ts';
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

const targetIn = (disk: Element): string => valueAt(disk, 'target/@dev') ?? '';

const sourceIn = (disk: Element): string | undefined => pathOf(disk) ?? valueAt(disk, 'source/@name');

/**
 * Gives each disk without a target a device name. A disk that the domain has already keeps its name, whatever the others in
 * the list are. Another one gets the next free name of its bus. A disk with a serial number never gets the name of a disk with
 * another one: the running guest would take it for that.
 * @param current the definition that the domain has
 */
export function targetsOf(disks: readonly Disk[], current?: Element): string[] {
  const had = devicesOf(current, 'disk');
  const taken = new Set(disks.flatMap(({ target }) => target ?? []));
  const targets = keptTargets(disks, had, taken);
  const isOther = (name: string, { serial, device }: Disk) =>
    device === 'disk' &&
    serial !== undefined &&
    had.some((one) => targetIn(one) === name && valueAt(one, 'serial') !== serial);
  return disks.map((disk, i) => {
    const kept = targets[i];
    if (kept !== undefined) return kept;
    const prefix = PREFIX[busOf(disk)] ?? 'sd';
    const name = [...LETTERS]
      .map((letter) => prefix + letter)
      .find((candidate) => !taken.has(candidate) && !isOther(candidate, disk));
    if (!name)
      throw new Failure(
        `more than ${LETTERS.length} disks are on bus ${busOf(disk)}: give the 'target' of the others`,
      );
    taken.add(name);
    return name;
  });
}

/** The names that are given, and those that the domain has for the same source, else for the same serial number. */
function keptTargets(
  disks: readonly Disk[],
  had: readonly Element[],
  taken: Set<string>,
): (string | undefined)[] {
  const targets = disks.map(({ target }) => target);
  const isSame: ((disk: Disk, one: Element) => boolean)[] = [
    ({ source }, one) => source !== undefined && sourceIn(one) === source,
    ({ serial }, one) => serial !== undefined && valueAt(one, 'serial') === serial,
  ];
  for (const same of isSame) {
    disks.forEach((disk, i) => {
      if (targets[i] !== undefined) return;
      const free = (one: Element) =>
        (one.attributes.device ?? 'disk') === disk.device &&
        valueAt(one, 'target/@bus') === busOf(disk) &&
        !taken.has(targetIn(one));
      const found = had.find((one) => free(one) && same(disk, one));
      if (!found) return;
      targets[i] = targetIn(found);
      taken.add(targetIn(found));
    });
  }
  return targets;
}
