import { type Element, valueAt } from '../lib/xml/element.ts';

/** What a user calls a device: `disk vdb`, `interface dom-eth0`, `hostdev pci`. */
export const labelOf = (device: Element): string =>
  [
    device.name,
    ['target/@dev', 'mac/@address', 'target/@dir', 'target/@name', '@name', '@type', '@model']
      .map((path) => valueAt(device, path))
      .find(Boolean),
  ]
    .filter(Boolean)
    .join(' ');
