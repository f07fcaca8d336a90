import type { Change } from '../../../lib/ansible/plan.ts';
import { statementOf } from '../../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY, deviceRule } from '../../../lib/libvirt/identity.ts';
import { planLive } from '../../../lib/libvirt/live/plan.ts';
import { whilePaused } from '../../../lib/libvirt/live/waits.ts';
import type { Domain } from '../../../lib/libvirt/read.ts';
import { devicesGone } from '../../../lib/libvirt/redefine.ts';
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
import { isDefining, nameOf } from '../options.ts';
import type { DomainOptions } from '../table.ts';
import { stateAfter } from './power.ts';
import type { LiveUpdate, State, Step } from './state.ts';

export interface Guest {
  readonly changes: readonly Change<Step>[];
  /** What has to wait for its next start, and why. */
  readonly pending: readonly string[];
}

export const actionsOf = (update: LiveUpdate): string[] => update.map(({ title }) => title);

const NOTHING: Guest = { changes: [], pending: [] };

/**
 * What brings the running guest to its persistent definition.
 * @param next the definition as it will be
 */
export function planGuest(options: DomainOptions, state: State, next: Element | undefined): Guest {
  const { domain } = state;
  const off = stateAfter(options.state, 'running') === 'shut off';
  if (!domain?.live || !next || off) return NOTHING;
  const live = planLive(domain.live, targetOf(state, domain.live, next));
  const paused = domain.state === 'paused' && stateAfter(options.state, domain.state) === 'paused';
  const { changes, pending } = paused ? whilePaused(live) : live;
  // A restart brings the rest as well.
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
 * What the guest is to have: the definition, and what isn't ours to change: devices that somebody attached to the
 * running guest alone, and the balloon and processors where no task says anything of them.
 */
function targetOf({ domain, draft }: State, live: Element, next: Element): Element {
  const gone = goneFrom(domain, draft?.before?.gone, next);
  const devices = childOf(next, 'devices') ?? element('devices');
  const theirs = devicesGone(live, next).filter((device) => !isAmong(gone, device));
  const known = withChild(next, withChildren(devices, [...devices.children, ...theirs]));
  const steady = draft?.current && ['currentMemory', 'memory'].every((name) => sameValue(draft, next, name));
  return steady ? withValue(known, live, 'currentMemory') : known;
}

const sameValue = ({ current, desired }: NonNullable<State['draft']>, next: Element, name: string) =>
  valueAt(desired, name) === undefined && valueAt(current, name) === valueAt(next, name);

function withValue(domain: Element, from: Element, name: string): Element {
  const value = childOf(from, name);
  return value ? withChild(domain, value) : domain;
}

function isAmong(statements: Element, device: Element): boolean {
  const rule = deviceRule(device.name);
  return rule !== undefined && pairItems([device], childrenOf(statements, device.name), rule).pairs.size > 0;
}

/**
 * Devices that tasks of ours have taken from the definition and that the running guest still has, as statements.
 * @param before those of earlier tasks
 * @param next the definition as it will be
 */
export function goneFrom(domain: Domain | undefined, before: Element | undefined, next: Element): Element {
  if (!domain?.live) return element('gone');
  const now = devicesGone(domain.definition, next);
  const left = devicesGone(domain.live, next);
  const statements = statementOf(element('devices', {}, now), DOMAIN_IDENTITY, 'domain/devices');
  const ours = element('gone', {}, [...(before?.children ?? []), ...statements.children]);
  const still = left.filter((device) => isAmong(ours, device));
  return withChildren(
    ours,
    statementOf(element('devices', {}, still), DOMAIN_IDENTITY, 'domain/devices').children,
  );
}
