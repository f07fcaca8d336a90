import { describe, expect, it } from 'vitest';
import { canonical, inOrderOf } from '../../../modules/lib/xml/canonical.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

const TABLE = {
  'a/keyed': { keys: [['@id']], ordinal: ['@id'] },
  'a/atomic': 'atomic',
} as const;

const same = (one: string, other: string) =>
  canonical(parseXml(one), TABLE) === canonical(parseXml(other), TABLE);

describe('canonical', () => {
  const ROWS: [string, string, boolean][] = [
    ["<a x='1' y='2'/>", "<a y='2' x='1'/>", true],
    ['<a><b/><c/></a>', '<a><c/><b/></a>', true],
    ["<a><keyed id='1'/><keyed id='2'/></a>", "<a><keyed id='2'/><keyed id='1'/></a>", true],
    ["<a><atomic id='1'/><atomic id='2'/></a>", "<a><atomic id='2'/><atomic id='1'/></a>", false],
    ["<a><other id='1'/><other id='2'/></a>", "<a><other id='2'/><other id='1'/></a>", false],
    ['<a> t </a>', '<a>t</a>', true],
    ['<a><b/></a>', '<a><b/><b/></a>', false],
    ["<a x='1'/>", "<a x='2'/>", false],
    ["<a x=''/>", '<a/>', false],
  ];
  it.each(ROWS)('%s and %s: %s', (one, other, expected) => {
    expect(same(one, other)).toBe(expected);
  });
});

describe('inOrderOf', () => {
  it('shows what differs and not what moved', () => {
    const before = parseXml("<a><keyed id='1' v='1'/><keyed id='2'/><b/></a>");
    const after = parseXml("<a><b/><keyed id='2'/><keyed id='3'/><keyed id='1' v='2'/></a>");
    const ordered = inOrderOf(before, after, TABLE);
    expect(serialiseXml(ordered)).toBe(
      serialiseXml(parseXml("<a><keyed id='1' v='2'/><keyed id='2'/><keyed id='3'/><b/></a>")),
    );
    expect(canonical(ordered, TABLE)).toBe(canonical(after, TABLE));
  });

  it("takes the other's way to write what means the same", () => {
    const [before, after] = ["<a><b x='1'/><c x='1'/></a>", "<a><b x='01'/><c x='02'/></a>"].map((xml) =>
      parseXml(xml),
    );
    if (!before || !after) throw new Error('no XML');
    const ordered = inOrderOf(
      before,
      after,
      TABLE,
      (one, two) => Number(one.attributes.x) === Number(two.attributes.x),
    );
    expect(ordered).toEqual(parseXml("<a><b x='1'/><c x='02'/></a>"));
  });
});
