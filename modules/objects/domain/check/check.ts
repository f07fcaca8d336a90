import { OptionError } from '../../../lib/failure.ts';
import { valueAt } from '../../../lib/xml/element.ts';
import { isDefining, parseOption } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { checkContainer } from './container.ts';
import { checkDevices } from './devices.ts';
import { checkBuses, checkDisks } from './disks.ts';
import { checkDriver } from './drivers.ts';
import { checkInterfaces } from './interfaces.ts';
import { checkBoot, checkProcessor, checkSizes } from './machine.ts';

function checkXml({ name, xml, extra_xml }: DomainOptions): void {
  if (xml !== undefined) {
    const inXml = valueAt(parseOption(xml), 'name');
    if (!inXml) throw new OptionError('xml', 'it has no <name>');
    if (inXml.includes('/'))
      throw new OptionError('xml', `the name '${inXml}' has a slash, which libvirt does not allow`);
    if (inXml.startsWith('-'))
      throw new OptionError(
        'xml',
        `the name '${inXml}' begins with '-', which a command would take for an option`,
      );
    if (name !== undefined && name !== inXml) {
      throw new OptionError(
        'name',
        `is '${name}', but the XML names '${inXml}': make them equal, or leave 'name' out`,
      );
    }
  }
  if (extra_xml !== undefined) {
    const inExtra = valueAt(parseOption(extra_xml, 'extra_xml'), 'name');
    if (inExtra !== undefined && inExtra !== name)
      throw new OptionError('extra_xml', `it names '${inExtra}', but 'name' is '${name}': leave <name> out`);
  }
}

function checkScope(options: DomainOptions): void {
  const { state, remove_storage, adopt, hotplug_slots } = options;
  if (remove_storage && state !== 'absent')
    throw new OptionError('remove_storage', `is for 'state: absent', and 'state' is ${state}`);
  if (isDefining(options) || state === 'absent') return;
  const problem =
    'has no effect in a task that defines nothing: give options of the definition, or leave it out';
  if (adopt) throw new OptionError('adopt', problem);
  if (hotplug_slots !== undefined) throw new OptionError('hotplug_slots', problem);
}

/** The rules that the argument spec can't express. @throws OptionError */
export function checkOptions(options: DomainOptions): void {
  checkXml(options);
  checkScope(options);
  checkDriver(options);
  checkContainer(options);
  checkSizes(options);
  checkProcessor(options);
  checkBoot(options);
  checkDisks(options.disks ?? []);
  checkBuses(options.disks ?? [], options.machine ?? '');
  checkInterfaces(options.interfaces ?? []);
  checkDevices(options);
}
