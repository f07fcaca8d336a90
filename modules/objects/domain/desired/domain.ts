import type { Element } from '../../../lib/xml/element.ts';
import { checkBuses } from '../check/disks.ts';
import { parseOption } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { DEFAULT_MACHINE, osXml } from './boot.ts';
import { devicesXml } from './devices.ts';
import { withExtra } from './extra.ts';
import { DEFAULT_SLOTS, withHotplugSlots } from './hotplug.ts';
import { cpuXml, featuresXml, type HostFacts, memoryXml, typeOf, vcpuXml } from './machine.ts';
import { tag, textTag } from './tag.ts';

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
