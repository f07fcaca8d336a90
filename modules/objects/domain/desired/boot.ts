import type { Element } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { ifAny, tag, textTag } from './tag.ts';

/** What a new domain is. */
export const DEFAULT_MACHINE = 'q35';

/** The image is chosen by what it can do (formatdomain, "BIOS bootloader"). */
function firmwareXml({ secure_boot: secure }: DomainOptions): Element | undefined {
  if (secure === undefined) return undefined;
  const names = secure ? ['enrolled-keys', 'secure-boot'] : ['secure-boot'];
  return tag(
    'firmware',
    {},
    names.map((name) => tag('feature', { enabled: secure, name })),
  );
}

/**
 * The machine and how it boots. BIOS is the absence of another firmware, and where nothing is said libvirt boots from
 * the first disk.
 */
export function osXml(options: DomainOptions, isNew: boolean): Element | undefined {
  const { machine = isNew ? DEFAULT_MACHINE : undefined, firmware, kernel, initrd, cmdline, boot } = options;
  return ifAny(
    tag('os', { firmware: firmware === 'efi' ? firmware : undefined }, [
      machine === undefined ? undefined : tag('type', { machine }, 'hvm'),
      firmwareXml(options),
      textTag('kernel', kernel),
      textTag('initrd', initrd),
      textTag('cmdline', cmdline),
      ...(boot ?? []).map((dev) => tag('boot', { dev })),
    ]),
  );
}
