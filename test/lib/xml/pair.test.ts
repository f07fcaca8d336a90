import { describe, expect, it } from 'vitest';
import { type Keyed, pairItems, pairVersions } from '../../../modules/lib/xml/pair.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const items = (xml: string) => parseXml(`<list>${xml}</list>`).children;

const KEYS: Keyed = { keys: [['@name'], ['@port']], ordinal: ['@type'] };
const IDENTITY: Keyed = { ...KEYS, identity: [{ path: 'mac/@address', anyCase: true }] };
const FALLBACK: Keyed = { ...KEYS, fallback: ['@type'] };

// The rule, the first list, the second list, and for each item of this the index of its match (- for none).
const ROWS: [what: string, rule: Keyed, first: string, second: string, expected: string][] = [
  ['by a key', KEYS, "<i name='a'/><i name='b'/>", "<i name='b'/><i name='a'/>", '1 0'],
  ['by the first key before the second', KEYS, "<i port='1'/><i name='a'/>", "<i name='a' port='1'/>", '1'],
  [
    'by the second key where the first differs',
    KEYS,
    "<i name='a' port='1'/>",
    "<i name='b' port='1'/>",
    '0',
  ],
  ['not by a key that is not unique', KEYS, "<i name='a'/><i name='a'/>", "<i name='a' type='x'/>", '-'],
  [
    'by order where the kind is the same',
    KEYS,
    "<i type='x'/><i type='x'/>",
    "<i type='x'/><i type='x'/>",
    '0 1',
  ],
  ['not by order where the kind differs', KEYS, "<i type='x'/>", "<i type='y'/>", '-'],
  ['not by order where only one has a kind', KEYS, "<i type='x'/>", '<i/>', '-'],
  [
    'by order where the second does not say its kind, by the fallback',
    FALLBACK,
    "<i type='x'/>",
    '<i/>',
    '0',
  ],
  ['not by the fallback where the kind differs', FALLBACK, "<i type='x'/>", "<i type='y'/>", '-'],
  [
    'by the identity key, in any case',
    IDENTITY,
    "<i name='a'><mac address='A'/></i>",
    "<i name='b'><mac address='a'/></i>",
    '0',
  ],
  [
    'by nothing else where the identity key is new',
    IDENTITY,
    "<i name='a'><mac address='m1'/></i>",
    "<i name='a'><mac address='m2'/></i>",
    '-',
  ],
  [
    'by the other keys, then by order, where several have one identity key',
    IDENTITY,
    "<i port='1'><mac address='m'/></i><i port='2'><mac address='m'/></i>",
    "<i port='2'><mac address='m'/></i><i port='3'><mac address='m'/></i>",
    '1 0',
  ],
  [
    'by a key where only the first list has the identity key',
    IDENTITY,
    "<i name='a'><mac address='m'/></i>",
    "<i name='a'/>",
    '0',
  ],
];

const matchesOf = (first: ReturnType<typeof items>, second: typeof first, rule: Keyed) => {
  const pairs = new Map([...pairItems(first, second, rule).pairs].map(([one, other]) => [other, one]));
  return second.map((item) => {
    const match = pairs.get(item);
    return match ? first.indexOf(match) : '-';
  });
};

describe('the items of two lists match', () => {
  it.each(ROWS)('%s', (_, rule, first, second, expected) => {
    expect(matchesOf(items(first), items(second), rule).join(' ')).toBe(expected);
  });

  it('or are added or unmatched', () => {
    const [first, second] = [items("<i name='a'/><i name='b'/>"), items("<i name='b'/><i name='c'/>")];
    const { added, unmatched } = pairItems(first, second, { keys: [['@name']], ordinal: ['@name'] });
    expect([added, unmatched]).toEqual([[second[1]], [first[0]]]);
  });
});

describe('the versions of a list', () => {
  const lists = (lastApplied: string | undefined) => ({
    current: items("<i name='a' type='x'/>"),
    desired: items('<i/>'),
    lastApplied: lastApplied === undefined ? undefined : items(lastApplied),
  });
  // What was applied the last time, and how many desired items are new.
  it.each([
    ['unknown', undefined, 0],
    ['nothing', '', 1],
    ['the item', "<i name='a'/>", 0],
  ])('match by the fallback only what was applied the last time: %s', (_, lastApplied, added) => {
    const matches = pairVersions(lists(lastApplied), FALLBACK);
    expect(matches.desired.added).toHaveLength(added);
    expect(matches.lastApplied.pairs.size).toBe(lastApplied ? 1 : 0);
  });
});
