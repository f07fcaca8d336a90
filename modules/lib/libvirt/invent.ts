import { createHash } from 'node:crypto';
import { childOf, type Element, element, valueAt, withChild, withChildren } from '../xml/element.ts';
import { devicesOf, withDevices } from './devices.ts';

// Loads Node's crypto, which takes as long as reading a domain: called only where a value must be generated.
const digest = (...parts: string[]) => createHash('sha256').update(parts.join('\0')).digest();

/** A UUID that is always the same for the same parts (RFC 9562, version 8: by a method of the application). */
export function uuidFrom(...parts: string[]): string {
  const bytes = digest(...parts).subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A MAC address that is always the same for the same parts, with the prefix of QEMU's guests, 52:54:00. */
export const macFrom = (...parts: string[]): string =>
  `52:54:00:${digest(...parts)
    .subarray(0, 3)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1:')}`;

/** The inputs of generated values: the same host, domain and device get the same values. */
export interface Origin {
  /** The host's: two hosts with a domain of the same name must not have the same MAC address. */
  readonly machineId: string;
  /** MAC addresses that new interfaces get if they are free, by the interface's name on the host. */
  readonly macs?: ReadonlyMap<string, string>;
}

/** Desired NICs by the current NICs that they match. */
export type Matches = ReadonlyMap<Element, Element>;

/**
 * Gives each NIC without a MAC address that of the current NIC that it matches, or a generated one. By this it is
 * identified from then on.
 */
export function withMacs(
  desired: Element,
  current: Element | undefined,
  matches: Matches,
  { machineId, macs = new Map() }: Origin,
): Element {
  const name = valueAt(desired, 'name') ?? valueAt(current, 'name') ?? '';
  const before = new Map([...matches].map(([one, other]) => [other, one]));
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
 * Adds the other values that libvirt would generate again at each define: the domain's UUID, an empty generation id, and
 * the interfaceid of an Open vSwitch port. Those of the current definition are kept.
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

/** The same definition with a UUID where libvirt writes it. */
export function withUuidAfterName(definition: Element, uuid: string): Element {
  const children = definition.children.flatMap((child) =>
    child.name === 'name' ? [child, element('uuid', {}, uuid)] : [child],
  );
  return withChildren(definition, children);
}

function withInterfaceId(nic: Element, current: Element | undefined, parts: readonly string[]): Element {
  const id = 'virtualport/parameters/@interfaceid';
  const port = childOf(nic, 'virtualport');
  const type = port?.attributes.type ?? (port && valueAt(current, 'virtualport/@type'));
  if (!port || type !== 'openvswitch' || valueAt(nic, id) || valueAt(current, id)) return nic;
  const parameters = childOf(port, 'parameters') ?? element('parameters');
  const interfaceid = uuidFrom('interfaceid', valueAt(nic, 'mac/@address') ?? '', ...parts);
  const filled = { ...parameters, attributes: { ...parameters.attributes, interfaceid } };
  return withChild(nic, withChild(port, filled));
}
