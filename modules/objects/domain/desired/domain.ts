import { memberElement } from '../../../lib/libvirt/member.ts';
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
 * The domain that the options desire: only what they give.
 * @param isNew whether the domain is not defined yet: then options that are not given have defaults
 * @param current the definition that it has otherwise
 */
export function buildDomain(
  options: DomainOptions,
  facts: HostFacts,
  isNew: boolean,
  current?: Element,
): Element {
  const { name, title, description, member_of, extra_xml, hotplug_slots = DEFAULT_SLOTS } = options;
  if (isNew) checkBuses(options.disks ?? [], options.machine ?? DEFAULT_MACHINE);
  const type = typeOf(options, facts, isNew);
  const byOptions = tag('domain', { type }, [
    textTag('name', name),
    textTag('title', title),
    textTag('description', description),
    member_of && tag('metadata', {}, [memberElement(member_of)]),
    ...memoryXml(options),
    vcpuXml(options, isNew),
    osXml(options, isNew),
    featuresXml(options, isNew),
    cpuXml(options, type, isNew),
    devicesXml(options, isNew, current),
  ]);
  const domain =
    extra_xml === undefined ? byOptions : withExtra(byOptions, parseOption(extra_xml, 'extra_xml'));
  return isNew ? withHotplugSlots(domain, hotplug_slots) : domain;
}
