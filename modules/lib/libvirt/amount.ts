import { childOf, type Element } from '../xml/element.ts';
import { devicesOf } from './devices.ts';

const LETTERS = 'KMGTPE';

/**
 * Bytes in a unit. Source: libvirt's formatdomain, "memory": a single letter and `…iB` are powers of 1024, `…B` of 1000.
 * @returns undefined for an unknown unit
 */
function bytesIn(unit: string): number | undefined {
  if (/^(b|bytes)$/i.test(unit)) return 1;
  const match = /^([KMGTPE])(iB|B)?$/i.exec(unit);
  if (!match?.[1]) return undefined;
  const base = match[2]?.toLowerCase() === 'b' ? 1000 : 1024;
  return base ** (LETTERS.indexOf(match[1].toUpperCase()) + 1);
}

/**
 * An amount of memory in KiB, rounded up as libvirt does.
 * @param text a number, with or without a unit: `512024` (KiB), `2 GiB`, `2G`
 * @param unit of a number without one
 * @returns undefined for an invalid amount
 */
export function kibibytes(text: string, unit = 'KiB'): number | undefined {
  const match = /^\s*(\d+)\s*([A-Za-z]*)\s*$/.exec(text);
  const scale = match && bytesIn(match[2] || unit);
  return scale ? Math.ceil((Number(match[1]) * scale) / 1024) : undefined;
}

/** The amount in an element with its `unit`, in KiB; 0 where it is missing or invalid. */
export const amountIn = (element: Element | undefined, text = element?.text ?? ''): number =>
  kibibytes(text, element?.attributes.unit) ?? 0;

/** The size of all memory devices of a domain, in KiB. */
export const deviceMemory = (domain: Element): number =>
  devicesOf(domain, 'memory').reduce(
    (sum, device) => sum + amountIn(childOf(childOf(device, 'target'), 'size')),
    0,
  );
