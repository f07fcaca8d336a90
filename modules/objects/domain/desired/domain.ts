import { memberElement } from '../../../lib/libvirt/member.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { checkBuses } from '../check/disks.ts';
import { isContainer } from '../options/drivers.ts';
import { parseOption } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { DEFAULT_MACHINE, osXml } from './boot.ts';
import { idmapXml, initXml, privateNetwork, quotaXml } from './container.ts';
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
  if (isNew && !isContainer(options)) checkBuses(options.disks ?? [], options.machine ?? DEFAULT_MACHINE);
  const type = typeOf(options, facts, isNew);
  const parts = isContainer(options) ? containerParts(options, isNew) : machineParts(options, type, isNew);
  const byOptions = tag('domain', { type }, [
    textTag('name', name),
    textTag('title', title),
    textTag('description', description),
    member_of && tag('metadata', {}, [memberElement(member_of)]),
    ...memoryXml(options),
    ...parts,
    devicesXml(options, isNew, current),
  ]);
  const domain =
    extra_xml === undefined ? byOptions : withExtra(byOptions, parseOption(extra_xml, 'extra_xml'));
  return isNew && !isContainer(options) ? withHotplugSlots(domain, hotplug_slots) : domain;
}

const machineParts = (options: DomainOptions, type: string | undefined, isNew: boolean) => [
  vcpuXml(options, isNew),
  osXml(options, isNew),
  featuresXml(options, isNew),
  cpuXml(options, type, isNew),
];

const containerParts = (options: DomainOptions, isNew: boolean) => [
  ...quotaXml(options),
  initXml(options, isNew),
  idmapXml(options),
  privateNetwork(isNew),
];
