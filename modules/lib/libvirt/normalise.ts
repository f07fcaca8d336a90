import { childOf, childrenOf, type Element, withChildren } from '../xml/element.ts';
import { amountIn, deviceMemory, kibibytes } from './amount.ts';

type Rule = (element: Element, inCurrent: Element | undefined) => Element;

const memory: Rule = (element) => {
  const kib = kibibytes(element.text, element.attributes.unit);
  if (kib === undefined) return element;
  return { ...element, attributes: { ...element.attributes, unit: 'KiB' }, text: String(kib) };
};

// `q35` is an alias that libvirt resolves to the newest `pc-q35-…` when the domain is defined; a newer QEMU
// must not change a machine that is there.
const MACHINES: Record<string, RegExp> = { q35: /^pc-q35-/, pc: /^pc-i440fx-/ };

const osType: Rule = (element, inCurrent) => {
  const now = inCurrent?.attributes.machine;
  const alias = MACHINES[element.attributes.machine ?? ''];
  if (!now || !alias?.test(now)) return element;
  return { ...element, attributes: { ...element.attributes, machine: now } };
};

const macAddress: Rule = (element) => {
  const { address } = element.attributes;
  return address
    ? { ...element, attributes: { ...element.attributes, address: address.toLowerCase() } }
    : element;
};

// Digits in each part of a PCI address, as libvirt writes them.
const PCI: readonly (readonly [string, number])[] = [
  ['domain', 4],
  ['bus', 2],
  ['slot', 2],
  ['function', 1],
];

const pciAddress: Rule = (element) => {
  const written = PCI.flatMap(([name, digits]) => {
    const value = element.attributes[name];
    if (value === undefined || value.trim() === '' || Number.isNaN(Number(value))) return [];
    return [[name, `0x${Number(value).toString(16).padStart(digits, '0')}`] as const];
  });
  return { ...element, attributes: { ...element.attributes, ...Object.fromEntries(written) } };
};

// An address of a host's device is an identity key, so it needs one notation.
const hostAddress: Rule = (element) =>
  element.attributes.slot === undefined ? element : pciAddress(element, undefined);

// libvirt accepts these models in upper or lower case. Others are QEMU's, which distinguishes `E1000` from `e1000`.
const NIC_MODEL =
  /^(rtl8139|virtio(-(non-)?transitional)?|e1000e?|igb|netfront|usb-net|spapr-vlan|lan9118|smc91c111|vlance|vmxnet[23]?)$/i;

const nicModel: Rule = (element) => {
  const { type = '' } = element.attributes;
  return NIC_MODEL.test(type)
    ? { ...element, attributes: { ...element.attributes, type: type.toLowerCase() } }
    : element;
};

// libvirt accepts a bus only with a port, and chooses both together.
const serialAddress: Rule = (element) => {
  const { type, port, bus, ...rest } = element.attributes;
  return type === 'virtio-serial' && bus !== undefined && port === undefined
    ? { ...element, attributes: { type, ...rest } }
    : element;
};

// The id of a running guest; a definition has none.
const withoutId: Rule = (element) => {
  const { id: _, ...attributes } = element.attributes;
  return { ...element, attributes };
};

/** The memory of all NUMA cells and memory devices, in KiB; undefined without cells. */
function memoryOfCells(domain: Element): number | undefined {
  const cells = childrenOf(childOf(childOf(domain, 'cpu'), 'numa'), 'cell').filter(
    ({ attributes }) => attributes.memory !== undefined,
  );
  if (cells.length === 0) return undefined;
  return cells.reduce((sum, cell) => sum + amountIn(cell, cell.attributes.memory), deviceMemory(domain));
}

// A domain with NUMA cells has their memory, whatever its <memory> is (formatdomain, "Memory Allocation").
const domainMemory: Rule = (domain) => {
  const whole = memoryOfCells(domain);
  if (whole === undefined) return domain;
  const text = (child: Element) => {
    if (child.name === 'memory') return String(whole);
    return child.name === 'currentMemory' && Number(child.text) > whole ? String(whole) : child.text;
  };
  return withChildren(
    domain,
    domain.children.map((child) => ({ ...child, text: text(child) })),
  );
};

const trimmed: Rule = (element) => ({ ...element, text: element.text.trim() });

const RULES: Record<string, Rule> = {
  domain: (element, inCurrent) => domainMemory(withoutId(element, inCurrent), inCurrent),
  'domain/memory': memory,
  'domain/currentMemory': memory,
  'domain/maxMemory': memory,
  'domain/vcpu': trimmed,
  'domain/name': trimmed,
  'domain/uuid': (element) => ({ ...element, text: element.text.trim().toLowerCase() }),
  'domain/os/type': osType,
  'domain/devices/channel/address': serialAddress,
  'domain/devices/console/address': serialAddress,
  'domain/devices/interface/mac': macAddress,
  'domain/devices/interface/model': nicModel,
  'domain/devices/hostdev/source/address': hostAddress,
};

/**
 * A desired document with its values written as libvirt writes them, so that equal values are equal texts.
 * @param current the current definition: an alias that it has resolved stays resolved
 */
export function normaliseDomain(
  desired: Element,
  current: Element | undefined,
  path = desired.name,
): Element {
  const children = desired.children.map((child) =>
    normaliseDomain(
      child,
      current?.children.find(({ name }) => name === child.name),
      `${path}/${child.name}`,
    ),
  );
  const inner = withChildren(desired, children);
  return RULES[path]?.(inner, current) ?? inner;
}
