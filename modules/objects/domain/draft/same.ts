import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import { meaningOf } from '../../../lib/libvirt/meaning.ts';
import { outlineOf } from '../../../lib/libvirt/outline.ts';
import { DOMAIN_RULES } from '../../../lib/libvirt/rules.ts';
import { canonical } from '../../../lib/xml/canonical.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { merge } from '../../../lib/xml/merge.ts';

/** Whether two definitions are equal, whatever the order of their elements. */
export const sameDefinition = (a: Element, b: Element, path = a.name): boolean =>
  canonical(a, DOMAIN_IDENTITY, path) === canonical(b, DOMAIN_IDENTITY, path);

/** Whether two definitions mean the same where libvirt has normalised only one of them. */
export const sameMeaning = (a: Element, b: Element, path = a.name): boolean =>
  sameDefinition(meaningOf(a), meaningOf(b), path);

/** Whether a definition has every element and attribute of the desired one, whatever their values. */
export function hasAll(definition: Element, desired: Element): boolean {
  const both = merge({ current: definition, desired }, DOMAIN_RULES);
  return sameDefinition(outlineOf(both, DOMAIN_IDENTITY), outlineOf(definition, DOMAIN_IDENTITY));
}
