import type { Element } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { CONSOLE, GUEST_AGENT, rngXml } from './devices.ts';
import { ALL_FEATURES } from './machine.ts';
import { ifAny, tag } from './tag.ts';

// With the firmware goes what libvirt filled in for it; BIOS is the absence of another.
const EFI = tag('os', { firmware: 'efi' }, [tag('firmware', {}), tag('loader', {}), tag('nvram', {})]);

/**
 * What the options say in so many words is not to be, as a domain that has it: `console: false`, a list of features
 * without `acpi`. Whoever put it there, it goes.
 */
export function deniedBy({ console, guest_agent, rng, features, firmware }: DomainOptions): Element {
  const unwanted = features ? ALL_FEATURES.filter((name) => !features.includes(name)) : [];
  return tag('domain', {}, [
    firmware === 'bios' ? EFI : undefined,
    ifAny(
      tag(
        'features',
        {},
        unwanted.map((name) => tag(name, {})),
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
