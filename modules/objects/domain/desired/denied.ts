import type { Element } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { CONSOLE, GUEST_AGENT, rngXml } from './devices.ts';
import { ALL_FEATURES } from './machine.ts';
import { ifAny, tag } from './tag.ts';

// BIOS is the absence of other firmware. What libvirt filled in for UEFI is removed with it.
const EFI = tag('os', { firmware: 'efi' }, [tag('firmware', {}), tag('loader', {}), tag('nvram', {})]);

/**
 * What the options deny, as a domain that has it: `console: false`, a list of features without `acpi`. It is removed,
 * whoever added it.
 */
export function deniedBy({ console, guest_agent, rng, features, firmware }: DomainOptions): Element {
  const disabled = features ? ALL_FEATURES.filter((name) => !features.includes(name)) : [];
  return tag('domain', {}, [
    firmware === 'bios' ? EFI : undefined,
    ifAny(
      tag(
        'features',
        {},
        disabled.map((name) => tag(name, {})),
      ),
    ),
    ifAny(
      tag('devices', {}, [
        ...(console === false ? CONSOLE : []),
        guest_agent === false ? GUEST_AGENT : undefined,
        rng === false ? rngXml() : undefined,
      ]),
    ),
  ]);
}
