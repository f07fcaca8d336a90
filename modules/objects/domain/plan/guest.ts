import type { Change } from '../../../lib/ansible/plan.ts';
import { withDevices } from '../../../lib/libvirt/devices.ts';
import { DOMAIN_IDENTITY, deviceRule } from '../../../lib/libvirt/identity.ts';
import { whilePaused } from '../../../lib/libvirt/live/plan/pending.ts';
import { planLive } from '../../../lib/libvirt/live/plan/plan.ts';
import { outlineOf } from '../../../lib/libvirt/outline.ts';
import type { Domain } from '../../../lib/libvirt/read.ts';
import { devicesRemoved } from '../../../lib/libvirt/redefine.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  valueAt,
  withChild,
  withChildren,
} from '../../../lib/xml/element.ts';
import { pairItems } from '../../../lib/xml/pair.ts';
import type { State } from '../observe/state.ts';
import { isDefining, nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { stateAfter } from './power.ts';
import type { LiveUpdate, Step } from './step.ts';

export interface Guest {
  readonly changes: readonly Change<Step>[];
  /** What takes effect at the next start, and why. */
  readonly pending: readonly string[];
}

export const actionsOf = (update: LiveUpdate): string[] => update.map(({ title }) => title);

const NOTHING: Guest = { changes: [], pending: [] };

/**
 * Plans what brings the running guest to its persistent definition. Pure.
 * @param next the definition after this task
 */
export function planGuest(options: DomainOptions, state: State, next: Element | undefined): Guest {
  const { domain } = state;
  const off = stateAfter(options.state, 'running') === 'shut off';
  if (!domain?.live || !next || off) return NOTHING;
  const live = planLive(domain.live, targetOf(state, domain.live, next), state.notice);
  const paused = domain.state === 'paused' && stateAfter(options.state, domain.state) === 'paused';
  const { changes, pending: left } = paused ? whilePaused(live) : live;
  const pending = [...left, ...(state.atStart ?? [])];
  // A restart applies all changes.
  const restarts = options.restart === 'if_needed' && pending.length > 0;
  if (changes.length === 0 || restarts || !isDefining(options)) return { changes: [], pending };
  const text = (texts: readonly (string | undefined)[]) => texts.filter(Boolean).join('') || undefined;
  const change = {
    title: `update the running guest of domain ${nameOf(options)}`,
    before: text(changes.map(({ before }) => before)),
    after: text(changes.map(({ after }) => after)),
    step: { act: 'update' as const, update: changes },
  };
  return { changes: [change], pending };
}

/**
 * A definition with the devices that others attached to the running guest only: no task removes them.
 * @param removed outlines of the devices that tasks removed from the definition
 */
export function withUnmanaged(next: Element, live: Element, removed: Element): Element {
  const unmanaged = devicesRemoved(live, next).filter((device) => !isAmong(removed, device));
  return withDevices(next, (devices) => [...devices, ...unmanaged]);
}

/**
 * The guest that the changes lead to: the definition, and what no task manages: devices that others attached to the
 * running guest only, and the current memory where neither the task nor its definition changes it.
 */
function targetOf({ domain, draft }: State, live: Element, next: Element): Element {
  const target = withUnmanaged(next, live, stillAttached(domain, draft?.lastApplied?.removed, next));
  const keepsMemory =
    draft?.current && ['currentMemory', 'memory'].every((name) => keepsValue(draft, next, name));
  return keepsMemory ? withValue(target, live, 'currentMemory') : target;
}

const keepsValue = ({ current, desired }: NonNullable<State['draft']>, next: Element, name: string) =>
  valueAt(desired, name) === undefined && valueAt(current, name) === valueAt(next, name);

function withValue(domain: Element, from: Element, name: string): Element {
  const value = childOf(from, name);
  return value ? withChild(domain, value) : domain;
}

function isAmong(outlines: Element, device: Element): boolean {
  const rule = deviceRule(device.name);
  return rule !== undefined && pairItems([device], childrenOf(outlines, device.name), rule).pairs.size > 0;
}

/**
 * Devices that tasks removed from the definition and that the running guest still has, as outlines.
 * @param removedBefore those that earlier tasks removed
 * @param next the definition after this task
 */
export function stillAttached(
  domain: Domain | undefined,
  removedBefore: Element | undefined,
  next: Element,
): Element {
  if (!domain?.live) return element('gone');
  if (next === domain.definition && !removedBefore?.children.length) return element('gone');
  const outlines = (devices: readonly Element[]) =>
    outlineOf(element('devices', {}, devices), DOMAIN_IDENTITY, 'domain/devices').children;
  const removedNow = outlines(devicesRemoved(domain.definition, next));
  const removed = element('gone', {}, [...(removedBefore?.children ?? []), ...removedNow]);
  const attached = devicesRemoved(domain.live, next).filter((device) => isAmong(removed, device));
  return withChildren(removed, outlines(attached));
}
