import { describe, expect, it } from 'vitest';
import { LOOKS } from '../../picture/draw/looks.ts';
import { DARK, LIGHT, OVERLAY_COLOURS, VLAN_COLOURS } from '../../picture/draw/palette.ts';
import { fitted, widthOf, wrapped } from '../../picture/text.ts';

/** Relative luminance and contrast (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
const contrast = (one: string, other: string) => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const vlans = numbered('vlan', VLAN_COLOURS);
const overlays = numbered('overlay', OVERLAY_COLOURS);

const TEXTS: [string, string][] = [
  ...['host', 'card', 'faint', 'plate', 'page'].flatMap((on): [string, string][] => [
    ['ink', on],
    ['soft', on],
  ]),
  ...vlans.map((vlan): [string, string] => ['vlanink', vlan]),
  ...overlays.map((overlay): [string, string] => [overlay, 'page']),
  ...[
    ['barink', 'bar'],
    ['barsoft', 'bar'],
    ['driftink', 'drift'],
    ['restartink', 'restart'],
    ['accentink', 'accent'],
    ['accent', 'host'],
    ['bad', 'badfill'],
    ['bad', 'host'],
    ['good', 'host'],
  ].map(([one = '', other = '']): [string, string] => [one, other]),
];

/** Lines and signs that mean something. */
const SIGNS: [string, string][] = [
  ...vlans.map((vlan): [string, string] => [vlan, 'host']),
  ...['good', 'warn', 'soft', 'drift'].map((sign): [string, string] => [sign, 'card']),
  ['wire', 'host'],
  ['bar', 'host'],
  ['accent', 'page'],
  ['meterfill', 'meter'],
];

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s colours', (_, palette) => {
  const between = ([one, other]: [string, string]) => contrast(palette[one] ?? '', palette[other] ?? '');

  it('of texts have a contrast of 4.5', () => {
    expect(
      TEXTS.filter((pair) => !(between(pair) >= 4.5)).map(
        (pair) => `${pair.join(' on ')}: ${between(pair).toFixed(2)}`,
      ),
    ).toEqual([]);
  });

  it('of lines and signs have a contrast of 3', () => {
    expect(
      SIGNS.filter((pair) => !(between(pair) >= 3)).map(
        (pair) => `${pair.join(' on ')}: ${between(pair).toFixed(2)}`,
      ),
    ).toEqual([]);
  });

  it('are all that the looks use', () => {
    const used = Object.values(LOOKS).flatMap((look) => Object.values(look));
    const names = used.flatMap((value) =>
      typeof value === 'string' && value.startsWith('@') ? value.slice(1) : [],
    );
    expect(names.filter((name) => !(name in palette))).toEqual([]);
  });
});

describe('texts', () => {
  const font = { size: 10 };

  it('are cut with an ellipsis where they are too wide', () => {
    expect(fitted('short', 100, font)).toBe('short');
    const cut = fitted('a very long name of a guest', 60, font);
    expect(cut).toMatch(/^a very.*\u2026$/);
    expect(widthOf(cut.replace('\u2026', '...'), font)).toBeLessThanOrEqual(60);
  });

  it('are broken at spaces, in so many lines at most', () => {
    const lines = wrapped('one two three four five six seven eight nine ten', 60, font, 3);
    expect(lines.length).toBeLessThanOrEqual(3);
    expect(lines[0]).toBe('one two');
  });
});
