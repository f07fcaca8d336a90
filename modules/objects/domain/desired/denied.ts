import { consoleLogPath, firstSerial } from '../../../lib/libvirt/console-log.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { isContainer } from '../options/drivers.ts';
import { rangesOf } from '../options/idmap.ts';
import type { DomainOptions } from '../options/options.ts';
import { consoleWith, isLogOurs } from './console.ts';
import { GUEST_AGENT, rngXml } from './devices.ts';
import { ALL_FEATURES } from './machine.ts';
import { ifAny, tag } from './tag.ts';

// BIOS is the absence of other firmware. What libvirt filled in for UEFI is removed with it.
const EFI = tag('os', { firmware: 'efi' }, [tag('firmware', {}), tag('loader', {}), tag('nvram', {})]);

const isIdmapDenied = ({ idmap }: DomainOptions) => idmap !== undefined && rangesOf(idmap) === undefined;

/**
 * What the options deny, as a domain that has it: `console: false`, a list of features without `acpi`. It is removed,
 * whoever added it.
 * @param current the definition that the domain has
 */
export function deniedBy(options: DomainOptions, current?: Element): Element {
  if (isContainer(options)) return tag('domain', {}, [isIdmapDenied(options) ? tag('idmap', {}) : undefined]);
  const { name = '', console, console_log, guest_agent, rng, features, firmware } = options;
  // Not of a port that the user chose: it would be removed with its log.
  const deniesLog = console_log === false && isLogOurs(console, firstSerial(current));
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
        ...(deniesLog ? consoleWith(consoleLogPath(name)) : console === false ? consoleWith() : []),
        guest_agent === false ? GUEST_AGENT : undefined,
        rng === false ? rngXml() : undefined,
      ]),
    ),
  ]);
}
