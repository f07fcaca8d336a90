import { createHash } from 'node:crypto';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  valueAt,
  withChild,
  withChildren,
} from '../xml/element.ts';

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

/** What an invention depends on: the same host, domain and device give the same values. */
export interface Origin {
  /** The host's, since two hosts with a domain of one name must not share a MAC. */
  readonly machineId: string;
  /** MAC addresses to prefer for new interfaces, by their name on the host. */
  readonly macs?: ReadonlyMap<string, string>;
}

/**
 * Puts in what libvirt would invent anew at each define and what identifies a NIC: the domain's UUID, a NIC's MAC, an
 * Open vSwitch port's interfaceid. What the current definition has of them is taken from there.
 * @param pairs the desired NIC by the current one whose place it takes
 */
export function inventMissing(
  desired: Element,
  current: Element | undefined,
  pairs: ReadonlyMap<Element, Element>,
  { machineId, macs = new Map() }: Origin,
): Element {
  const name = valueAt(desired, 'name') ?? valueAt(current, 'name') ?? '';
  const known = childOf(desired, 'uuid') || childOf(current, 'uuid');
  const domain = known ? desired : withUuidAfterName(desired, uuidFrom(machineId, name));
  const devices = childOf(domain, 'devices');
  if (!devices) return domain;
  const places = new Map([...pairs].map(([now, wanted]) => [wanted, now]));
  const taken = new Set([...nicsOf(current), ...nicsOf(desired)].flatMap((nic) => macOf(nic) ?? []));
  const children = devices.children.map((device) => {
    if (device.name !== 'interface') return device;
    const place = places.get(device);
    const key = valueAt(device, 'target/@dev') ?? valueAt(device, 'source/@bridge') ?? '';
    const parts = [machineId, name, key];
    const preferred = macs.get(key);
    const free = preferred !== undefined && !taken.has(preferred) ? preferred : freeMac(parts, taken);
    const address = macOf(device) ?? macOf(place) ?? free;
    taken.add(address);
    return withInterfaceId(withMac(device, address), place, parts);
  });
  return withChild(domain, withChildren(devices, children));
}

const nicsOf = (domain: Element | undefined) => childrenOf(childOf(domain, 'devices'), 'interface');

const macOf = (nic: Element | undefined) => valueAt(nic, 'mac/@address')?.toLowerCase();

function freeMac(parts: readonly string[], taken: ReadonlySet<string>): string {
  for (let ordinal = 0; ; ordinal++) {
    const address = macFrom(...parts, String(ordinal));
    if (!taken.has(address)) return address;
  }
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

function withInterfaceId(device: Element, place: Element | undefined, parts: readonly string[]): Element {
  const id = 'virtualport/parameters/@interfaceid';
  const port = childOf(device, 'virtualport');
  const type = port?.attributes.type ?? (port && valueAt(place, 'virtualport/@type'));
  if (!port || type !== 'openvswitch' || valueAt(device, id) || valueAt(place, id)) return device;
  const parameters = childOf(port, 'parameters') ?? element('parameters');
  const interfaceid = uuidFrom('interfaceid', valueAt(device, 'mac/@address') ?? '', ...parts);
  const filled = { ...parameters, attributes: { ...parameters.attributes, interfaceid } };
  return withChild(device, withChild(port, filled));
}
