import { describe, expect, it } from 'vitest';
import type { Element } from '../../../modules/lib/xml/element.ts';
import { pairWith } from '../../../modules/lib/xml/merge.ts';
import { type Keyed, pairItems, pathsOf } from '../../../modules/lib/xml/pair.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const items = (xml: string): readonly Element[] => parseXml(`<list>${xml}</list>`).children;

const NAMED: Keyed = { keys: [['@name']], ordinal: ['@kind'] };
const TWO_KEYS: Keyed = { keys: [['@id'], ['@name']], ordinal: ['@kind'] };
const TOGETHER: Keyed = { keys: [['@bus', '@unit']], ordinal: ['@kind'] };
const OWN: Keyed = { own: ['@mac'], keys: [['@name']], ordinal: ['@kind'] };
const LOOSE: Keyed = { keys: [['@name']], ordinal: ['@kind', '@size'], loose: ['@kind'] };
const VALUES: Keyed = {
  keys: [
    [{ path: '@alias', only: /^ua-/ }],
    [{ path: '@mac', anyCase: true }],
    [{ path: '@port', missing: '0' }],
  ],
  ordinal: ['@kind'],
};

// Each row: the first list, the second, and for each item of the second the index of its match in the first (- for a
// new one).
const ROWS: [string, Keyed, string, string, string][] = [
  ['by a key, in any order', NAMED, "<i name='a'/><i name='b'/>", "<i name='b'/><i name='a'/>", '1 0'],
  [
    'by the first key that matches',
    TWO_KEYS,
    "<i id='1' name='a'/><i name='b'/>",
    "<i id='1' name='b'/>",
    '0',
  ],
  ['by a later key without the first', TWO_KEYS, "<i id='1' name='a'/>", "<i name='a'/>", '0'],
  [
    'by no key whose value is not unique',
    NAMED,
    "<i name='a' kind='x'/><i name='a' kind='y'/>",
    "<i name='a' kind='y'/>",
    '1',
  ],
  [
    'by all parts of a key',
    TOGETHER,
    "<i bus='0' unit='1' kind='x'/><i bus='1' unit='1' kind='y'/>",
    "<i bus='1' unit='1'/><i bus='0' unit='0'/>",
    '1 -',
  ],
  ['by the ordinal, in order', NAMED, '<i/><i/>', '<i/><i/><i/>', '0 1 -'],
  [
    'by the ordinal, among equal values',
    NAMED,
    "<i kind='x'/><i kind='y'/>",
    "<i kind='y'/><i kind='y'/>",
    '1 -',
  ],
  ['after the keys, with the rest', NAMED, "<i name='a'/><i name='b'/>", "<i name='c'/><i name='a'/>", '1 0'],
  ['by own, or not at all', OWN, "<i mac='1' name='a'/>", "<i mac='2' name='a'/>", '-'],
  ['by other keys without own', OWN, "<i mac='1' name='a'/>", "<i name='a'/>", '0'],
  [
    'by other keys among items that share own',
    OWN,
    "<i mac='1' name='a'/><i mac='1' name='b'/>",
    "<i mac='1' name='b'/><i mac='1' name='c'/>",
    '1 0',
  ],
  ['loosely, where a value is missing', LOOSE, "<i kind='x' size='1'/>", "<i kind='x'/>", '0'],
  ['loosely, where a value does not count', LOOSE, "<i kind='x' size='1'/>", "<i kind='x' size='2'/>", '0'],
  ['not loosely by another value', LOOSE, "<i kind='x' size='1'/>", "<i kind='y' size='2'/>", '-'],
  [
    'by a value of one form only',
    VALUES,
    "<i alias='net0' port='1'/>",
    "<i alias='net0' kind='x' port='2'/>",
    '-',
  ],
  [
    'by a value of that form',
    VALUES,
    "<i alias='ua-a' port='1'/>",
    "<i alias='ua-a' kind='x' port='2'/>",
    '0',
  ],
  ['by a value in any case', VALUES, "<i mac='AA' port='1'/>", "<i mac='aa' kind='x' port='2'/>", '0'],
  ['by the default of a missing value', VALUES, "<i port='1'/><i port='0'/>", "<i kind='x'/>", '1'],
];

/** The index of each item's match, `-` for none. */
const matches = (
  first: readonly Element[],
  second: readonly Element[],
  pairs: ReadonlyMap<Element, Element>,
) =>
  second
    .map((item) => first.findIndex((one) => pairs.get(one) === item))
    .map((index) => (index < 0 ? '-' : index))
    .join(' ');

describe('pairItems', () => {
  it.each(ROWS)('matches %s', (_, rule, one, other, expected) => {
    const [first, second] = [items(one), items(other)];
    const { pairs, added, left } = pairItems(first, second, rule);
    expect(matches(first, second, pairs)).toBe(expected);
    expect(added).toEqual(second.filter((item) => ![...pairs.values()].includes(item)));
    expect(left).toEqual(first.filter((item) => !pairs.has(item)));
  });
});

describe('pairWith', () => {
  const current = items("<i kind='x' size='1'/>");
  const desired = items("<i kind='x'/>");

  it.each([
    ['a current item where the last applied document is unknown', undefined, '0'],
    ['a current item that was applied', items("<i kind='x' size='1'/>"), '0'],
    ['no current item that others added', [], '-'],
  ])('matches loosely %s', (_, applied, expected) => {
    const found = pairWith(current, desired, applied, LOOSE);
    expect(matches(current, desired, found.desired.pairs)).toBe(expected);
  });

  it('matches by a key what others added', () => {
    const [theirs, wanted] = [items("<i name='a'/>"), items("<i name='a'/>")];
    expect(pairWith(theirs, wanted, [], NAMED).desired.pairs.size).toBe(1);
  });
});

describe('pathsOf', () => {
  it('has every path that a rule reads', () => {
    expect([...pathsOf({ ...VALUES, own: ['@own'], loose: ['@loose'] })].sort()).toEqual(
      ['@alias', '@kind', '@loose', '@mac', '@own', '@port'].sort(),
    );
  });
});
