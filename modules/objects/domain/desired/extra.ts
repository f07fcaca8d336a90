import { DOMAIN_RULES } from '../../../lib/libvirt/rules.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { merge } from '../../../lib/xml/merge.ts';
import { tag } from './tag.ts';

// The XML of the options has nothing that libvirt filled in, so nothing is dropped along with a changed value.
const RULES = { ...DOMAIN_RULES, derive: (same: Element) => same };

// Nothing counts as applied before, so a device of the extra XML replaces no other.
const NOTHING = tag('domain', {}, [tag('devices', {})]);

/** The XML of the options with the extra XML merged over it. */
export const withExtra = (byOptions: Element, extra: Element): Element =>
  merge({ current: byOptions, desired: extra, lastApplied: NOTHING }, RULES);
