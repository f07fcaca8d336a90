import type { Element } from '../xml/element.ts';
import { merge, pairWith } from '../xml/merge.ts';
import { pairItems } from '../xml/pair.ts';
import { statementOf } from './applied.ts';
import { followGoneSerial, withoutImplied } from './derived.ts';
import { devicesOf, withoutDevices } from './devices.ts';
import { DOMAIN_IDENTITY, deviceRule } from './identity.ts';
import { type Origin, type Places, withIds, withMacs } from './invent.ts';
import { normaliseDomain } from './normalise.ts';
import { DOMAIN_RULES, OWNED } from './owned.ts';

export interface Wanted extends Origin {
  /** What the task states, as the user wrote it. */
  readonly desired: Element;
  /** The definition that is there. */
  readonly current: Element | undefined;
  /** What the last task stated; undefined when there was none. */
  readonly applied: Element | undefined;
  /** Whether devices go that neither this task nor the last one lists. */
  readonly removeUnlisted: boolean;
  /** Device classes that the task speaks for. */
  readonly speaksFor: (deviceClass: string) => boolean;
}

export interface Redefinition {
  /** The definition as it is to be, before libvirt fills in what it fills in. */
  readonly definition: Element;
  /** What the task states, for the next one. */
  readonly stated: Element;
  /** Devices that somebody else added and that stay; with `removeUnlisted` there are none. */
  readonly unlisted: readonly Element[];
}

/** The definition that comes of what is there, what the last task stated and what this one states. Pure. */
export function redefine(wanted: Wanted): Redefinition {
  const { current } = wanted;
  const normal = normaliseDomain(wanted.desired, current);
  const applied = wanted.applied && withoutImplied(wanted.applied, normal);
  const known = withMacs(normal, current, nicPlaces(wanted, normal), wanted);
  const stated = statementOf(known, DOMAIN_IDENTITY);
  const desired = withIds(known, current, wanted);
  if (!current) return { definition: desired, stated, unlisted: [] };
  const unlisted = OWNED.filter(wanted.speaksFor).flatMap((name) => {
    const { left } = pairing(name, current, desired, applied);
    return left;
  });
  const base = wanted.removeUnlisted ? withoutDevices(current, unlisted) : current;
  const merged = merge({ current: base, desired, applied }, DOMAIN_RULES);
  return {
    definition: followGoneSerial(base, merged, desired),
    stated,
    unlisted: wanted.removeUnlisted ? [] : unlisted,
  };
}

function pairing(name: string, current: Element, desired: Element, applied: Element | undefined) {
  const rule = deviceRule(name);
  const [now, next, was] = [current, desired, applied].map((domain) => devicesOf(domain, name));
  if (!rule || !now || !next) return { pairs: new Map<Element, Element>(), left: [] };
  const both = pairWith(now, next, applied && was, rule);
  return {
    pairs: both.desired.pairs,
    left: both.desired.left.filter((device) => !both.applied.pairs.has(device)),
  };
}

const nicPlaces = ({ current, applied }: Wanted, desired: Element): Places =>
  current ? pairing('interface', current, desired, applied).pairs : new Map();

/** The devices of one definition that another doesn't have. */
export function devicesGone(before: Element | undefined, after: Element): Element[] {
  const names = new Set(devicesOf(before).map(({ name }) => name));
  return [...names].flatMap((name) => {
    const rule = deviceRule(name);
    return rule ? pairItems(devicesOf(before, name), devicesOf(after, name), rule).left : [];
  });
}
