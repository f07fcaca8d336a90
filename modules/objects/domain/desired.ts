import type { Element } from '../../lib/xml/element.ts';
import { DEFAULT_MACHINE, osXml } from './desired/boot.ts';
import { devicesXml } from './desired/devices.ts';
import { withExtra } from './desired/extra.ts';
import { DEFAULT_SLOTS, withHotplugSlots } from './desired/hotplug.ts';
import { cpuXml, featuresXml, memoryXml, typeOf, vcpuXml } from './desired/machine.ts';
import { tag, textTag } from './desired/tag.ts';
import type { HostFacts } from './desired/types.ts';
import { checkBuses } from './options/check/disks.ts';
import { parseOption } from './options/given.ts';
import type { DomainOptions } from './table.ts';

export { deniedBy } from './desired/denied.ts';
export { targetsOf } from './desired/targets.ts';
export type { HostFacts } from './desired/types.ts';

/**
 * The domain that the options describe, as far as they do.
 * @param isNew whether there is no such domain yet: then what no option says gets its default
 */
export function buildDomain(options: DomainOptions, facts: HostFacts, isNew: boolean): Element {
  const { name, title, description, extra_xml, hotplug_slots = DEFAULT_SLOTS } = options;
  if (isNew) checkBuses(options.disks ?? [], options.machine ?? DEFAULT_MACHINE);
  const type = typeOf(options, facts, isNew);
  const stated = tag('domain', { type }, [
    textTag('name', name),
    textTag('title', title),
    textTag('description', description),
    ...memoryXml(options),
    vcpuXml(options, isNew),
    osXml(options, isNew),
    featuresXml(options, isNew),
    cpuXml(options, type, isNew),
    devicesXml(options, isNew),
  ]);
  const domain = extra_xml === undefined ? stated : withExtra(stated, parseOption(extra_xml, 'extra_xml'));
  return isNew ? withHotplugSlots(domain, hotplug_slots) : domain;
}
