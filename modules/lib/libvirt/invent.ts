import { createHash } from 'node:crypto';
import { childOf, type Element, element, valueAt, withChild, withChildren } from '../xml/element.ts';
import { devicesOf, withDevices } from './devices.ts';

// Loads Node's crypto, which takes as long as reading a domain: called only where something has to be invented.
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

/** NICs of a desired document by the current ones whose places they take. */
export type Places = ReadonlyMap<Element, Element>;

/**
 * Gives each NIC the MAC by which it is known from then on: the current one of its place, or a new one of ours.
 * @param places the desired NIC by the current one whose place it takes
 */
export function withMacs(
  desired: Element,
  current: Element | undefined,
  places: Places,
  { machineId, macs = new Map() }: Origin,
): Element {
  const name = valueAt(desired, 'name') ?? valueAt(current, 'name') ?? '';
  const before = new Map([...places].map(([now, wanted]) => [wanted, now]));
  const taken = new Set([...nicsOf(current), ...nicsOf(desired)].flatMap((nic) => macOf(nic) ?? []));
  return eachNic(desired, (nic) => {
    const key = valueAt(nic, 'target/@dev') ?? valueAt(nic, 'source/@bridge') ?? '';
    const preferred = macs.get(key);
    const free = preferred === undefined || taken.has(preferred) ? undefined : preferred;
    const address = macOf(nic) ?? macOf(before.get(nic)) ?? free ?? freeMac([machineId, name, key], taken);
    taken.add(address);
    return childOf(nic, 'mac') ? nic : withChildren(nic, [element('mac', { address }), ...nic.children]);
  });
}

/**
 * Puts in what else libvirt would invent anew at each define: the domain's UUID, a generation id that is left to it, an
 * Open vSwitch port's interfaceid. What the current definition has of them stays.
 */
export function withIds(desired: Element, current: Element | undefined, { machineId }: Origin): Element {
  const name = valueAt(desired, 'name') ?? valueAt(current, 'name') ?? '';
  const known = childOf(desired, 'uuid') || childOf(current, 'uuid');
  const named = known ? desired : withUuidAfterName(desired, uuidFrom(machineId, name));
  const generation = () => valueAt(current, 'genid') ?? uuidFrom('genid', machineId, name);
  const domain = withChildren(
    named,
    named.children.map((child) =>
      child.name === 'genid' && child.text.trim() === '' ? { ...child, text: generation() } : child,
    ),
  );
  const before = new Map(nicsOf(current).map((nic) => [macOf(nic), nic]));
  return eachNic(domain, (nic) => withInterfaceId(nic, before.get(macOf(nic)), [machineId, name]));
}

const eachNic = (domain: Element, change: (nic: Element) => Element): Element =>
  withDevices(domain, (devices) =>
    devices.map((device) => (device.name === 'interface' ? change(device) : device)),
  );

const nicsOf = (domain: Element | undefined) => devicesOf(domain, 'interface');

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
