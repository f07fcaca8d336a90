import { DOMAIN_RULES } from '../../../lib/libvirt/owned.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { merge } from '../../../lib/xml/merge.ts';
import { tag } from './tag.ts';

// Options add nothing by themselves that would follow from another value.
const RULES = { ...DOMAIN_RULES, derive: (same: Element) => same };

// Nothing that the options state was there before: so a device of the extra XML takes no other's place.
const NOTHING = tag('domain', {}, [tag('devices', {})]);

/** What the options state with a document laid over it. */
export const withExtra = (stated: Element, extra: Element): Element =>
  merge({ current: stated, desired: extra, applied: NOTHING }, RULES);
