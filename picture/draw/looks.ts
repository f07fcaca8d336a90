import type { Font } from '../text.ts';
import { OVERLAY_COLOURS, VLAN_COLOURS } from './palette.ts';

// How each kind of shape looks. The page gets classes of it (build/picture.ts), and a file that stands alone the attributes. A value that
// begins with `@` is a colour of the palette.

export type Look = Readonly<Record<string, string | number>>;

/** Families that each system has in some form. */
export const SANS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, "DejaVu Sans", sans-serif';
export const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

const text = (fill: string, size: number, more: Look = {}): Look => ({
  fill: `@${fill}`,
  'font-size': size,
  'font-family': SANS,
  ...more,
});
const BOLD = { 'font-weight': 600 };

const numbered = (prefix: string, count: number, look: (colour: string) => Look): Record<string, Look> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${prefix}${index}`,
      look(`@${prefix.split('-')[0]}${index}`),
    ]),
  );

const line = (stroke: string, width: number, more: Look = {}): Look => ({
  fill: 'none',
  stroke,
  'stroke-width': width,
  'stroke-linecap': 'round',
  'stroke-linejoin': 'round',
  ...more,
});

export const LOOKS: Readonly<Record<string, Look>> = {
  host: { fill: '@host', stroke: '@hostline', 'stroke-width': 1.25 },
  'host-bad': { fill: '@host', stroke: '@bad', 'stroke-width': 1.5, 'stroke-dasharray': '6 4' },
  'host-title': text('ink', 18, BOLD),
  'host-sub': text('soft', 11),
  rule: line('@hostline', 1),
  meter: { fill: '@meter' },
  'meter-fill': { fill: '@meterfill' },
  'meter-high': { fill: '@drift' },
  'meter-text': text('soft', 10.5),
  problem: { fill: '@badfill', stroke: '@bad', 'stroke-width': 0.75 },
  'problem-text': text('bad', 11),
  bar: { fill: '@bar' },
  'bar-title': text('barink', 13, BOLD),
  'bar-text': text('barsoft', 11),
  nic: { fill: '@card', stroke: '@bar', 'stroke-width': 1.5 },
  'nic-bad': { fill: '@badfill', stroke: '@bad', 'stroke-width': 1.5 },
  'nic-text': text('ink', 10.5, BOLD),
  wire: line('@bar', 2),
  'wire-thin': line('@wire', 1.25),
  spine: line('@bar', 1.75),
  other: line('@wire', 1.5),
  patch: line('@wire', 2),
  'patch-vlan': line('@wire', 2, { 'stroke-dasharray': '5 3' }),
  dot: { fill: '@bar' },
  plate: { fill: '@plate', stroke: '@plateline', 'stroke-width': 1 },
  'plate-title': text('ink', 11.5, BOLD),
  'plate-text': text('soft', 10.5, { 'font-family': MONO }),
  'plate-plain': text('soft', 10.5),
  tag: { fill: '@host', stroke: '@plateline', 'stroke-width': 1 },
  'tag-text': text('soft', 9, BOLD),
  'tag-bad': { fill: '@badfill', stroke: '@bad', 'stroke-width': 1 },
  'tag-bad-text': text('bad', 9, BOLD),
  port: { fill: 'none', stroke: '@plateline', 'stroke-width': 1 },
  'port-bad': { fill: '@badfill', stroke: '@bad', 'stroke-width': 1 },
  'port-text': text('soft', 10),
  card: { fill: '@card', stroke: '@cardline', 'stroke-width': 1 },
  'card-off': { fill: '@faint', stroke: '@faintline', 'stroke-width': 1 },
  'card-missing': { fill: 'none', stroke: '@cardline', 'stroke-width': 1, 'stroke-dasharray': '4 3' },
  'card-drift': { fill: '@card', stroke: '@drift', 'stroke-width': 2 },
  'card-off-drift': { fill: '@faint', stroke: '@drift', 'stroke-width': 2 },
  'card-missing-drift': { fill: 'none', stroke: '@drift', 'stroke-width': 2, 'stroke-dasharray': '4 3' },
  outline: { fill: 'none', stroke: '@drift', 'stroke-width': 2 },
  'card-title': text('ink', 12.5, BOLD),
  'card-title-off': text('soft', 12.5),
  'card-text': text('soft', 10.5, { 'font-family': MONO }),
  'card-plain': text('soft', 10.5),
  'small-title': text('ink', 11),
  'small-title-off': text('soft', 11),
  container: line('@soft', 1.25),
  unmanaged: line('@soft', 1.25),
  'state-running': { fill: '@good' },
  'state-paused': { fill: '@warn' },
  'state-off': { fill: 'none', stroke: '@soft', 'stroke-width': 1.5 },
  'state-missing': { fill: 'none', stroke: '@soft', 'stroke-width': 1.25, 'stroke-dasharray': '2 1.6' },
  drift: { fill: '@drift' },
  'drift-text': text('driftink', 10, BOLD),
  'drift-mark': line('@driftink', 1.5),
  restart: { fill: '@restart' },
  'restart-text': text('restartink', 10, BOLD),
  'restart-mark': line('@restartink', 1.5),
  label: text('soft', 11, BOLD),
  'rail-label': { fill: '@page' },
  title: text('ink', 20, BOLD),
  subtitle: text('soft', 12),
  legend: text('ink', 11),
  'vlan-text': text('vlanink', 9.5, BOLD),
  ...numbered('vlan', VLAN_COLOURS, (colour) => ({ fill: colour })),
  ...numbered('vlan-line', VLAN_COLOURS, (colour) => line(colour, 2)),
  ...numbered('overlay', OVERLAY_COLOURS, (colour) => line(colour, 3)),
  ...numbered('overlay-dot', OVERLAY_COLOURS, (colour) => ({ fill: colour })),
  ...numbered('overlay-text', OVERLAY_COLOURS, (colour) => ({
    fill: colour,
    'font-size': 11.5,
    'font-family': SANS,
    ...BOLD,
  })),
};

/** The font of a look of texts. @throws Error for a look that has none */
export function fontOf(look: string): Font {
  const found = LOOKS[look];
  if (typeof found?.['font-size'] !== 'number') throw new Error(`${look} is no look of texts`);
  return {
    size: found['font-size'],
    bold: found['font-weight'] !== undefined,
    mono: found['font-family'] === MONO,
  };
}
