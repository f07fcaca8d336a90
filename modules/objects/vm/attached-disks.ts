import type { Plan } from '../../lib/ansible/plan.ts';
import { guestsWithDisk } from '../../lib/disk/usage/guests.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { pathOf } from '../../lib/libvirt/disks.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import type { DomainResult } from '../domain/plan/step.ts';
import { type DataDisk, dataDisksOf, otherPath } from './data-disks.ts';
import type { VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

/** What is known of the file or block device of a data disk. */
export interface SeenDisk {
  readonly exists: boolean;
  /** Whether a file of its name has the other format. */
  readonly isOtherFormat: boolean;
  /** Another guest that has it as a disk. */
  readonly user: string | undefined;
}

const isManaged = (vm: VmOptions) => vm.state !== 'absent' && !isPowerOnly(vm);

// Several guests may have one CD.
const disksIn = (definition: Element | undefined): readonly Element[] =>
  devicesOf(definition, 'disk').filter(({ attributes }) => (attributes.device ?? 'disk') === 'disk');

/**
 * Looks at the data disks of a VM.
 * @param definition of its domain
 * @param absent the names of VMs that the task removes
 */
export async function observeDataDisks(
  host: Host,
  vm: VmOptions,
  definition: Element | undefined,
  absent: ReadonlySet<string>,
): Promise<SeenDisk[]> {
  if (!isManaged(vm)) return [];
  const had = new Set(disksIn(definition).map(pathOf));
  return Promise.all(
    dataDisksOf(vm).map(async (disk): Promise<SeenDisk> => {
      const exists = (await host.stat(disk.path)) !== undefined;
      const isOther = disk.isMade && !exists && (await host.stat(otherPath(disk))) !== undefined;
      const users = exists && !had.has(disk.path) ? await guestsWithDisk(host, disk.path) : [];
      return { exists, isOtherFormat: isOther, user: users.find(({ guest }) => !absent.has(guest))?.guest };
    }),
  );
}

function checkSeen(disk: DataDisk, { isOtherFormat, user }: SeenDisk): void {
  const { at, path, name, format } = disk;
  if (isOtherFormat) {
    throw new OptionError(
      `${at}.format`,
      `${otherPath(disk)} exists, and a disk is not converted: give its format instead of ${format}, or a name other than '${name}'`,
    );
  }
  if (user !== undefined) {
    throw new OptionError(
      `${at}.${disk.isMade ? 'name' : 'source'}`,
      `${path} is a disk of the guest '${user}': remove it there, or use another one`,
    );
  }
}

/**
 * Plans what concerns the data disks as a whole. The disks themselves, and the domain, are planned by these. Pure.
 * @throws OptionError for a disk that can't be used
 */
export function planDataDisks(vm: VmOptions, seen: readonly SeenDisk[]): Plan<never> {
  const missing = dataDisksOf(vm).flatMap((disk, i) => {
    const one = seen[i];
    if (!one) return [];
    checkSeen(disk, one);
    return disk.isMade || one.exists ? [] : [`${disk.path} doesn't exist: it is the source of ${disk.at}`];
  });
  return { changes: [], missing };
}

/** Warnings of the disks that a task takes out of a domain. */
export function takenOut(
  { name }: Pick<VmOptions, 'name'>,
  definition: Element | undefined,
  next: DomainResult['domain'],
): string[] {
  if (!next) return [];
  const kept = new Set(next.disks.map(({ source }) => source));
  return disksIn(definition).flatMap((disk) => {
    const path = pathOf(disk);
    return path === undefined || kept.has(path)
      ? []
      : [`disk ${valueAt(disk, 'target/@dev')} of ${name} is taken out, and ${path} is kept`];
  });
}
