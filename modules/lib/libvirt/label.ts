import { type Element, valueAt } from '../xml/element.ts';

/** The values by which users know a device, by its class; the first that it has is used. */
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

/** The name of a device for users: `disk vdb`, `interface 52:54:00:00:00:01`, `graphics vnc`. */
export function labelOf(device: Element): string {
  const names = (OF_CLASS[device.name] ?? NAMES).map((path) => valueAt(device, path));
  const index = device.name === 'controller' ? device.attributes.index : undefined;
  return [device.name, names.find(Boolean), index].filter(Boolean).join(' ');
}

/** `model/@type` as `model type`. */
export const fieldOf = (path: string): string =>
  path.replaceAll('/@', ' ').replaceAll('/', ' ').replace(/^@/, '');
