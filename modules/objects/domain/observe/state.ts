import { devicesOf } from '../../../lib/libvirt/devices.ts';
import type { Notice } from '../../../lib/libvirt/live/plan/step.ts';
import type { Rehearsed } from '../../../lib/libvirt/rehearse.ts';
import { childOf, type Element, valueAt } from '../../../lib/xml/element.ts';
import type { DomainDraft, Known } from '../draft/draft.ts';

/** What a plan is made from. */
export interface State extends Known {
  /** The definition that the task leads to; undefined where it defines nothing. */
  readonly draft: DomainDraft | undefined;
  /** Whether the domain has that definition already, as far as is known without libvirt. */
  readonly unchanged: boolean;
  /** What libvirt would make of the draft; undefined where it need not be asked. */
  readonly rehearsed: Rehearsed | undefined;
  /** What a running guest is to notice beside, and what takes effect at its next start: for those who compose a domain. */
  readonly notice?: Notice;
  readonly atStart?: readonly string[];
  /** The directories of a container that do not exist, of one that the task may start. */
  readonly missingDirectories?: readonly string[];
  /** Files that must be kept where the domain's storage is to be removed, and why. */
  readonly keptFiles: ReadonlyMap<string, string>;
  /** Disks that are not regular files where the domain's storage is to be removed, and what they are. */
  readonly otherThanFiles: ReadonlyMap<string, string>;
}

/** The files of the disks that only this domain uses: no CD, nothing read-only or shared. */
export const exclusiveFiles = (definition: Element): string[] =>
  devicesOf(definition, 'disk')
    .filter((disk) => (disk.attributes.device ?? 'disk') === 'disk')
    .filter((disk) => !childOf(disk, 'readonly') && !childOf(disk, 'shareable'))
    .flatMap((disk) => valueAt(disk, 'source/@file') ?? []);
