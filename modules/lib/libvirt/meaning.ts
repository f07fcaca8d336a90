import { type Element, valueAt, withChildren } from '../xml/element.ts';
import { kibibytes } from './amount.ts';

/**
 * The parts of a definition that have no effect, by their element: what libvirt reports of a running guest and
 * ignores in a document, and namespaces.
 */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  domain: ['id'],
  source: ['index', 'portid'],
  backingStore: ['index'],
  target: ['state', 'tray'],
};

const SILENT_ELEMENTS = new Set(['mirror', 'imagelabel']);

/** Values that libvirt omits, since they are its defaults (formatdomain). */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  frames: { max: '0' },
  graphics: { autoport: 'no' },
  host: { port: '24007' },
  loader: { type: 'rom' },
  model: { primary: 'no' },
  protocol: { type: 'raw' },
  source: { mode: 'bind' },
  usbdev: { class: '-1', vendor: '-1', product: '-1', version: '-1' },
};

/** Elements that have no effect when they are empty. */
const HOLLOW = new Set(['protocol', 'source', 'model', 'memtune', 'frames', 'rx', 'coalesce']);

/** The KiB that mean no limit to libvirt (formatdomain, "Memory Tuning"). */
const UNLIMITED = '9007199254740991';

/** libvirt's own directory of sockets; it does not store paths in it. */
const CHANNEL_SOCKETS = '/var/lib/libvirt/qemu/channel/target/';

/** Attributes that hold a number, in any notation, by element. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  address: [
    'domain',
    'bus',
    'slot',
    'function',
    'controller',
    'target',
    'unit',
    'port',
    'base',
    'iobase',
    'irq',
  ],
  usbdev: ['version'],
};

/** The same for file modes, which are octal. */
const MODES: Readonly<Record<string, readonly string[]>> = { filesystem: ['fmode', 'dmode'] };

/** Attributes that hold a set of numbers: `0-3,^2`. */
const SETS = new Set(['cpuset', 'nodeset', 'cpus', 'vcpus', 'iothreads']);

/** Attributes that hold an amount, whose unit is in the attribute `unit`. */
const AMOUNTS = ['size', 'memory'];

const number = (text: string) => (Number.isNaN(Number(text)) ? text : String(Number(text)));

function members(text: string): string {
  const set = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\^?)(\d+)(?:-(\d+))?$/.exec(part.trim());
    if (!match) return text;
    const [, not, first = '', last = first] = match;
    for (let one = Number(first); one <= Number(last); one++) not ? set.delete(one) : set.add(one);
  }
  return [...set].sort((a, b) => a - b).join(',');
}

function attributesOf({ name, attributes }: Element): Record<string, string> {
  const unit = attributes.unit;
  const meaning = (key: string, value: string): string => {
    if (NUMBERS[name]?.includes(key)) return number(value);
    if (name === 'model' && key === 'type') return value.toLowerCase();
    // The first unit of an iSCSI target.
    if (key === 'name' && attributes.protocol === 'iscsi' && !value.includes('/')) return `${value}/0`;
    if (MODES[name]?.includes(key)) return String(Number.parseInt(value, 8));
    if (SETS.has(key)) return members(value);
    if (unit !== undefined && AMOUNTS.includes(key)) return String(kibibytes(value, unit) ?? value);
    return value;
  };
  const entries = Object.entries(attributes)
    .filter(
      ([key, value]) =>
        !SILENT[name]?.includes(key) && !key.startsWith('xmlns') && DEFAULTS[name]?.[key] !== value,
    )
    // With autoport libvirt chooses the port, whatever the document has.
    .filter(([key]) => key !== 'unit' && !(key === 'port' && attributes.autoport === 'yes'))
    .map(([key, value]) => [key, meaning(key, value)] as const);
  return Object.fromEntries(entries);
}

const isHollow = ({ name, attributes, children, text }: Element) =>
  HOLLOW.has(name) && Object.keys(attributes).length === 0 && children.length === 0 && text.trim() === '';

// With the host's CPU, libvirt chooses the model and the fallback.
const isMute = (parent: Element, child: Element) =>
  SILENT_ELEMENTS.has(child.name) ||
  child.text.trim() === UNLIMITED ||
  child.attributes.labelskip === 'yes' ||
  child.attributes.path?.startsWith(CHANNEL_SOCKETS) ||
  (parent.name === 'cpu' && child.name === 'model' && child.text.trim() === '') ||
  (parent.name === 'domain' && /^(memory|currentMemory)$/.test(child.name) && hasCells(parent));

/** The memory of a guest with NUMA cells is theirs: libvirt adds it up, whatever else is said (formatdomain). */
const hasCells = (domain: Element) =>
  domain.children.some((cpu) => valueAt(cpu, 'numa/cell/@memory') !== undefined);

/**
 * A definition by what it means: one text for each value that libvirt takes for the same, without what says nothing.
 * For comparing where libvirt can't be asked, and never to be defined.
 */
export function meaningOf(definition: Element): Element {
  const unit = definition.attributes.unit;
  const amount = unit === undefined ? undefined : kibibytes(definition.text, unit);
  const children = definition.children
    .filter((child) => !isMute(definition, child))
    .map(meaningOf)
    .filter((child) => !isHollow(child));
  return {
    ...withChildren(definition, children),
    attributes: attributesOf(definition),
    text: amount === undefined ? definition.text : String(amount),
  };
}
