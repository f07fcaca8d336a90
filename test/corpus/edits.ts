import {
  childOf,
  childrenOf,
  type Element,
  element,
  sameElement,
  valueAt,
  withChild,
  withChildren,
  withoutChildren,
} from '../../modules/lib/xml/element.ts';
import type { Difference } from './differences.ts';

/** What is changed in a document, and what of its definition may differ after it. */
export interface Edit {
  /** Of what kind it is: a row of the table. */
  readonly property: Property;
  /** In words, for a report. */
  readonly title: string;
  /** The document that the domain is defined by first. */
  readonly base: Element;
  readonly edited: Element;
  /** Whether a difference, to what was there before, is what the edit is about: there must be one such, no more. */
  readonly expects: (difference: Difference, before: Element) => boolean;
  /** Whether a difference may come with it. */
  readonly allows: (difference: Difference) => boolean;
}

export type Property = 'disk moved' | 'NIC dropped' | 'title dropped' | 'memory changed' | 'NIC in front';

const devicesOf = (root: Element) => childOf(root, 'devices') ?? element('devices');

const withDevices = (root: Element, devices: readonly Element[]) =>
  withChild(root, withChildren(devicesOf(root), devices));

const BUSES = ['virtio', 'scsi', 'sata', 'usb', 'ide'];

/**
 * Each disk of the document on each other bus, in the order in which they are worth a try. An address that the user
 * gave was for the old bus: it goes.
 */
export function disksMoved(root: Element): Edit[] {
  const devices = devicesOf(root).children;
  const disks = devices.filter(
    ({ name, attributes }) => name === 'disk' && (attributes.device ?? 'disk') === 'disk',
  );
  return disks.flatMap((disk) => {
    const target = childOf(disk, 'target');
    const [dev, bus] = [target?.attributes.dev, target?.attributes.bus];
    if (!target || !dev || !bus) return [];
    return BUSES.filter((other) => other !== bus).map((other) => {
      const there = { ...target, attributes: { ...target.attributes, bus: other } };
      const moved = withoutChildren(withChild(disk, there), 'address');
      const mine = `devices/disk[${dev}]`;
      return {
        property: 'disk moved' as const,
        title: `disk ${dev} from ${bus} to ${other}`,
        base: root,
        edited: withDevices(
          root,
          devices.map((device) => (device === disk ? moved : device)),
        ),
        expects: ({ path, after }: Difference) => path === `${mine}/target/@bus` && after === other,
        allows: ({ kind, path }: Difference) =>
          path === `${mine}/address` ||
          path.startsWith(`${mine}/address/`) ||
          (kind === 'added' && path.startsWith('devices/controller[')),
      };
    });
  });
}

const NIC = /^devices\/interface\[[^\]]*\]$/;

/** The document without its first NIC. */
export function nicDropped(root: Element): Edit[] {
  const devices = devicesOf(root).children;
  const nics = childrenOf(devicesOf(root), 'interface');
  const dropped = nics[0];
  if (!dropped) return [];
  // Of NICs that are written the same, nobody can say which one is gone.
  const places = nics.flatMap((nic, i) => (sameElement(nic, dropped) ? [i] : []));
  const macs = (before: Element) => {
    const known = childrenOf(devicesOf(before), 'interface');
    return places.map((i) => valueAt(known[i], 'mac/@address'));
  };
  return [
    {
      property: 'NIC dropped',
      title: `the first NIC of ${nics.length}`,
      base: root,
      edited: withDevices(
        root,
        devices.filter((device) => device !== dropped),
      ),
      expects: ({ kind, path }, before) =>
        kind === 'removed' && macs(before).some((mac) => path === `devices/interface[${mac}]`),
      allows: () => false,
    },
  ];
}

/** The document with a title, and without: one that has none gets it first. */
export function titleDropped(root: Element): Edit[] {
  const without = withoutChildren(root, 'title');
  const titled = childOf(root, 'title') ? root : withTitle(root, 'A title that goes');
  return [
    {
      property: 'title dropped',
      title: 'its title',
      base: titled,
      edited: without,
      expects: ({ kind, path }) => kind === 'removed' && path === 'title',
      allows: () => false,
    },
  ];
}

function withTitle(root: Element, text: string): Element {
  const at = root.children.findIndex(({ name }) => name === 'name') + 1;
  const children = [...root.children];
  children.splice(at, 0, element('title', {}, text));
  return withChildren(root, children);
}

/** Kibibytes that are put to the memory, or taken from it where there may not be more. */
const STEPS = [64 * 1024, -16 * 1024];

/** The document with more memory, or less. */
export function memoryChanged(root: Element, definition: Element): Edit[] {
  const now = Number(valueAt(definition, 'memory'));
  const equal = valueAt(definition, 'memory') === valueAt(definition, 'currentMemory');
  const follows = equal && !childOf(root, 'currentMemory');
  return STEPS.filter((step) => now + step > 0).map((step) => {
    const next = String(now + step);
    return {
      property: 'memory changed' as const,
      title: `memory from ${now} to ${next} KiB`,
      base: root,
      edited: withChild(
        root,
        element('memory', { ...childOf(root, 'memory')?.attributes, unit: 'KiB' }, next),
      ),
      expects: ({ path, after }: Difference) => path === 'memory' && after === next,
      // Without libvirt's word it isn't known yet that it follows.
      allows: ({ kind, path, after }: Difference) =>
        path === 'currentMemory' && follows && (kind === 'removed' || after === next),
    };
  });
}

/** NICs that a machine may take. None has a MAC: one that is put in front must not take another's. */
const NICS = [
  element('interface', { type: 'network' }, [
    element('source', { network: 'corpus-front' }),
    element('model', { type: 'virtio' }),
  ]),
  element('interface', { type: 'network' }, [
    element('source', { network: 'corpus-front' }),
    element('model', { type: 'e1000' }),
  ]),
];

/** The document with a NIC before all its others. */
export function nicInFront(root: Element): Edit[] {
  const devices = devicesOf(root).children;
  const first = devices.findIndex(({ name }) => name === 'interface');
  return NICS.map((nic) => ({
    property: 'NIC in front' as const,
    title: `a ${valueAt(nic, 'model/@type')} NIC`,
    base: root,
    edited: withDevices(
      root,
      first < 0 ? [...devices, nic] : [...devices.slice(0, first), nic, ...devices.slice(first)],
    ),
    expects: ({ kind, path }: Difference) => kind === 'added' && NIC.test(path),
    allows: ({ kind, path }: Difference) => kind === 'added' && path.startsWith('devices/controller['),
  }));
}

/** All edits of a document, those of a property in the order in which they are to be tried. */
export const editsOf = (root: Element, definition: Element): Edit[] => [
  ...disksMoved(root),
  ...nicDropped(root),
  ...titleDropped(root),
  ...memoryChanged(root, definition),
  ...nicInFront(root),
];
