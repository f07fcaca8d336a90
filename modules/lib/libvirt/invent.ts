import { createHash } from 'node:crypto';
import { childOf, type Element, element, valueAt, withChild, withChildren } from '../xml/element.ts';

const digest = (...parts: string[]) => createHash('sha256').update(parts.join('\0')).digest();

/** A UUID that is the same whenever these parts are (RFC 9562, version 8: a value of our own making). */
export function uuidFrom(...parts: string[]): string {
  const bytes = digest(...parts).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A MAC address that is the same whenever these parts are, under 52:54:00, the prefix of QEMU's guests. */
export const macFrom = (...parts: string[]): string =>
  `52:54:00:${digest(...parts)
    .subarray(0, 3)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1:')}`;

/**
 * Puts in what libvirt would invent anew at each define: the domain's UUID, a NIC's MAC, an Open vSwitch
 * port's interfaceid. Ours are the same each time, so that a dry run tells the truth.
 * @param machineId the host's, since two hosts with a domain of one name must not share a MAC
 * @param macs MAC addresses to prefer, by the interface's name on the host
 */
export function inventMissing(
  domain: Element,
  machineId: string,
  macs: ReadonlyMap<string, string> = new Map(),
): Element {
  const name = valueAt(domain, 'name') ?? '';
  const withUuid = childOf(domain, 'uuid') ? domain : withUuidAfterName(domain, uuidFrom(machineId, name));
  const devices = childOf(withUuid, 'devices');
  if (!devices) return withUuid;
  const seen = new Map<string, number>();
  const children = devices.children.map((device) => {
    if (device.name !== 'interface') return device;
    const key = valueAt(device, 'target/@dev') ?? valueAt(device, 'source/@bridge') ?? '';
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    const parts = [machineId, name, key, String(ordinal)];
    return withInterfaceId(withMac(device, macs.get(key) ?? macFrom(...parts)), parts);
  });
  return withChild(withUuid, withChildren(devices, children));
}

function withUuidAfterName(domain: Element, uuid: string): Element {
  const children = domain.children.flatMap((child) =>
    child.name === 'name' ? [child, element('uuid', {}, uuid)] : [child],
  );
  return withChildren(domain, children);
}

function withMac(device: Element, address: string): Element {
  if (childOf(device, 'mac')) return device;
  return withChildren(device, [element('mac', { address }), ...device.children]);
}

function withInterfaceId(device: Element, parts: readonly string[]): Element {
  const port = childOf(device, 'virtualport');
  if (port?.attributes.type !== 'openvswitch' || valueAt(port, 'parameters/@interfaceid')) return device;
  const parameters = childOf(port, 'parameters') ?? element('parameters');
  const interfaceid = uuidFrom('interfaceid', valueAt(device, 'mac/@address') ?? '', ...parts);
  const filled = { ...parameters, attributes: { ...parameters.attributes, interfaceid } };
  return withChild(device, withChild(port, filled));
}
