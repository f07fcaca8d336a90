import type { Element } from '../../../lib/xml/element.ts';
import { isContainer } from '../options/drivers.ts';
import type { Graphics } from '../options/items.ts';
import type { DomainOptions } from '../options/options.ts';
import { consoleXml } from './console.ts';
import { containerConsole, filesystemsXml } from './container.ts';
import { disksXml } from './disks.ts';
import { interfaceXml } from './interfaces.ts';
import { ifAny, tag } from './tag.ts';

/** A fixed port, or a free one at each start, which libvirt writes as -1 for VNC (formatdomain, "Graphics"). */
const portOf = ({ type, port }: Graphics) =>
  port === undefined ? { port: type === 'vnc' ? -1 : undefined, autoport: true } : { port, autoport: false };

// libvirt stores the address twice. If only one of them were recorded as applied, removing it would not remove the other.
function graphicsXml(graphics: Graphics): Element {
  const { type, listen, password } = graphics;
  return tag('graphics', { type, ...portOf(graphics), listen, passwd: password }, [
    listen === undefined ? undefined : tag('listen', { type: 'address', address: listen }),
  ]);
}

/** How libvirt reaches the QEMU guest agent (formatdomain, "Channel"). */
export const GUEST_AGENT = tag('channel', { type: 'unix' }, [
  tag('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' }),
]);

/** A random number generator that reads a device of the host. */
export const rngXml = (source = '/dev/urandom') =>
  tag('rng', { model: 'virtio' }, [tag('backend', { model: 'random' }, source)]);

const tpmXml = ({ model, version }: NonNullable<DomainOptions['tpm']>) =>
  tag('tpm', { model }, [tag('backend', { type: 'emulator', version: version.toFixed(1) })]);

const containerDevices = (options: DomainOptions, isNew: boolean): Element | undefined =>
  ifAny(
    tag('devices', {}, [
      ...filesystemsXml(options),
      ...(options.interfaces ?? []).map((nic) => interfaceXml(nic, true)),
      (options.console ?? isNew) ? containerConsole() : undefined,
    ]),
  );

/**
 * The devices. By default a new domain has a console, the guest agent's channel and a random number generator.
 * @param current the definition that the domain has
 */
export function devicesXml(
  options: DomainOptions,
  isNew: boolean,
  current: Element | undefined,
): Element | undefined {
  if (isContainer(options)) return containerDevices(options, isNew);
  const { disks, interfaces, guest_agent, tpm, graphics, video, rng, rng_source } = options;
  return ifAny(
    tag('devices', {}, [
      ...disksXml(disks ?? [], current),
      ...(interfaces ?? []).map((nic) => interfaceXml(nic)),
      ...consoleXml(options, isNew, current),
      (guest_agent ?? isNew) ? GUEST_AGENT : undefined,
      tpm && tpmXml(tpm),
      ...(graphics ?? []).map(graphicsXml),
      video === undefined ? undefined : tag('video', {}, [tag('model', { type: video })]),
      (rng ?? (isNew || rng_source !== undefined)) ? rngXml(rng_source) : undefined,
    ]),
  );
}
