import { type Element, valueAt } from '../xml/element.ts';

/** What tells a device of a class from its like, in a user's words; the first that it has. */
const NAMES = [
  'target/@dev',
  'target/@name',
  'target/@dir',
  'mac/@address',
  '@name',
  'model/@type',
  '@type',
  '@model',
];

const OF_CLASS: Readonly<Record<string, readonly string[]>> = {
  interface: ['mac/@address'],
  controller: ['@type'],
  graphics: ['@type'],
  serial: ['target/@port'],
  console: ['target/@port'],
  parallel: ['target/@port'],
};

/** What a user calls a device: `disk vdb`, `interface 52:54:00:00:00:01`, `graphics vnc`. */
export function labelOf(device: Element): string {
  const names = (OF_CLASS[device.name] ?? NAMES).map((path) => valueAt(device, path));
  const index = device.name === 'controller' ? device.attributes.index : undefined;
  return [device.name, names.find(Boolean), index].filter(Boolean).join(' ');
}

/** `model/@type` as `model type`. */
export const fieldOf = (path: string): string =>
  path.replaceAll('/@', ' ').replaceAll('/', ' ').replace(/^@/, '');
