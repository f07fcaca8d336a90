import type { Element } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { ifAny, tag, textTag } from './tag.ts';

/** The machine type of a new domain. */
export const DEFAULT_MACHINE = 'q35';

/** libvirt chooses an image by its features (formatdomain, "BIOS bootloader"). */
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
 * The machine and how it boots. BIOS is the absence of another firmware. Without an order, libvirt boots from the
 * first disk.
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
