import type { Element } from '../xml/element.ts';
import { merge } from '../xml/merge.ts';
import { pairItems, pairVersions } from '../xml/pair.ts';
import { followRemovedSerial, withoutImplied } from './derived.ts';
import { devicesOf, withoutDevices } from './devices.ts';
import { DOMAIN_IDENTITY, deviceRule } from './identity.ts';
import { type Matches, type Origin, withIds, withMacs } from './invent.ts';
import { normaliseDomain } from './normalise.ts';
import { outlineOf } from './outline.ts';
import { DOMAIN_RULES, USER_ADDED } from './rules.ts';

/** The three versions of a domain, and how they are merged. */
export interface DomainVersions extends Origin {
  /** The task's document, as the user wrote it. */
  readonly desired: Element;
  /** The domain's definition; undefined for a new domain. */
  readonly current: Element | undefined;
  /** The outline of what the last task applied; undefined where there was none. */
  readonly lastApplied: Element | undefined;
  /** Whether devices that neither this task nor the last one lists are removed. */
  readonly removeUnlisted: boolean;
  /** Whether the task manages the devices of a class. */
  readonly covers: (deviceClass: string) => boolean;
}

export interface Redefinition {
  /** The definition that libvirt is given, before it fills in the rest. */
  readonly definition: Element;
  /** The outline of what the task applies, to be recorded. */
  readonly outline: Element;
  /** Devices that others added and that are kept; none with `removeUnlisted`. */
  readonly unlisted: readonly Element[];
}

/** Merges the three versions of a domain to its new definition. Pure. */
export function redefine(versions: DomainVersions): Redefinition {
  const { current } = versions;
  const normal = normaliseDomain(versions.desired, current);
  const lastApplied = versions.lastApplied && withoutImplied(versions.lastApplied, normal);
  const nics = current
    ? matchDevices('interface', current, normal, versions.lastApplied).pairs
    : new Map<Element, Element>();
  const withMac = withMacs(normal, current, nics, versions);
  const outline = outlineOf(withMac, DOMAIN_IDENTITY);
  const desired = withIds(withMac, current, versions);
  if (!current) return { definition: desired, outline, unlisted: [] };
  const unlisted = USER_ADDED.filter(versions.covers).flatMap(
    (name) => matchDevices(name, current, desired, lastApplied).unlisted,
  );
  const base = versions.removeUnlisted ? withoutDevices(current, unlisted) : current;
  const merged = merge({ current: base, desired, lastApplied }, DOMAIN_RULES);
  return {
    definition: followRemovedSerial(base, merged, desired),
    outline,
    unlisted: versions.removeUnlisted ? [] : unlisted,
  };
}

function matchDevices(
  name: string,
  current: Element,
  desired: Element,
  lastApplied: Element | undefined,
): { readonly pairs: Matches; readonly unlisted: readonly Element[] } {
  const rule = deviceRule(name);
  if (!rule) return { pairs: new Map(), unlisted: [] };
  const lists = {
    current: devicesOf(current, name),
    desired: devicesOf(desired, name),
    lastApplied: lastApplied && devicesOf(lastApplied, name),
  };
  const matches = pairVersions(lists, rule);
  return {
    pairs: matches.desired.pairs,
    unlisted: matches.desired.unmatched.filter((device) => !matches.lastApplied.pairs.has(device)),
  };
}

/** The devices of one definition that another doesn't have. */
export function devicesRemoved(before: Element | undefined, after: Element): Element[] {
  const names = new Set(devicesOf(before).map(({ name }) => name));
  return [...names].flatMap((name) => {
    const rule = deviceRule(name);
    return rule ? pairItems(devicesOf(before, name), devicesOf(after, name), rule).unmatched : [];
  });
}
