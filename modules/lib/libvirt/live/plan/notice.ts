import { type Element, valueAt } from '../../../xml/element.ts';
import { devicesOf } from '../../devices.ts';
import { labelOf } from '../../label.ts';
import type { LiveChange, LivePlan, Notice } from './step.ts';

// What a running guest is to notice although its definition is the same.

const shown = (before: string, after: string, step: LiveChange['step'], title: string): LiveChange => ({
  title,
  before: `${before}\n`,
  after: `${after}\n`,
  step,
});

const isRemovable = ({ attributes }: Element) => ['cdrom', 'floppy'].includes(attributes.device ?? '');

const targetOf = (disk: Element | undefined) => valueAt(disk, 'target/@dev');

/** The live XML of the drive that has the medium by the definition: for the moment it may have another one. */
export function driveOf(live: Element, persistent: Element, { medium }: Notice): Element | undefined {
  if (medium === undefined) return undefined;
  const defined = devicesOf(persistent, 'disk').find((disk) => valueAt(disk, 'source/@file') === medium);
  return devicesOf(live, 'disk').find(
    (disk) => defined && targetOf(disk) === targetOf(defined) && isRemovable(disk),
  );
}

/** Plans whether a medium is ejected and inserted again. One that the definition exchanges is no such. Pure. */
export function planMedium(live: Element, persistent: Element, notice: Notice): LivePlan {
  const [device, file] = [driveOf(live, persistent, notice), notice.medium];
  if (!notice.isReplaced || !device || file === undefined || valueAt(device, 'source/@file') !== file)
    return { changes: [], pending: [] };
  const title = `insert the medium of ${labelOf(device)} again`;
  const isAwaited = notice.reattached.size + notice.configured.size > 0;
  const step = { act: 'reinsert', device, isAwaited } as const;
  return { changes: [shown(`former ${file}`, file, step, title)], pending: [] };
}

/** Where a guest looks when an interface comes: the target of its drive; undefined where that has another medium for the moment. */
export function lookedInto(live: Element, persistent: Element, notice: Notice): string | undefined {
  const device = driveOf(live, persistent, notice);
  return device && valueAt(device, 'source/@file') === notice.medium ? targetOf(device) : undefined;
}

const macOf = (device: Element) => valueAt(device, 'mac/@address') ?? '';

/** The interfaces that are taken out and put in again, by their live XML: those that the guest has and keeps. Pure. */
export function reattachedIn(live: Element, persistent: Element, notice: Notice): Map<Element, Element> {
  if (lookedInto(live, persistent, notice) === undefined) return new Map();
  const next = new Map(devicesOf(persistent, 'interface').map((device) => [macOf(device), device]));
  return new Map(
    devicesOf(live, 'interface').flatMap((device) => {
      const after = next.get(macOf(device));
      return after && notice.reattached.has(macOf(device)) ? [[device, after] as const] : [];
    }),
  );
}

/** Plans that these interfaces are attached by their definitions. Pure. */
export function planReattached(live: Element, persistent: Element, notice: Notice): LivePlan {
  const drive = lookedInto(live, persistent, notice) ?? '';
  const changes = [...reattachedIn(live, persistent, notice)].map(([device, after]) => {
    const step = { act: 'reattach', live: device, persistent: after, drive } as const;
    return shown('attached', 'attached again', step, `detach and attach ${labelOf(device)}`);
  });
  return { changes, pending: [] };
}
