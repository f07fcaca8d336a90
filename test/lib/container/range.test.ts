import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountRanges,
  assignRanges,
  freeRange,
  mappedRanges,
  RANGE,
  type Range,
  subordinateRanges,
} from '../../../modules/lib/container/range.ts';

const usersOf = ({ first, count }: Range) => [first, first + count - 1] as const;
const overlap = (a: Range, b: Range) => {
  const [[a1, a2], [b1, b2]] = [usersOf(a), usersOf(b)];
  return a1 <= b2 && b1 <= a2;
};

/** Ranges that are near those of containers, and of any size. */
const range: fc.Arbitrary<Range> = fc.record({
  first: fc.integer({ min: 0x4000_0000 - RANGE, max: 0x4000_0000 + 40 * RANGE }),
  count: fc.integer({ min: 1, max: 3 * RANGE }),
});
/** Ranges of containers: those that were assigned before. */
const own = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 });

describe('ranges of containers', () => {
  it('never overlap another one, whatever is taken', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), own, fc.nat(20), (others, places, count) => {
        const has = places.map((place) => 0x4000_0000 + place * RANGE);
        const assigned = assignRanges([...has, ...Array<undefined>(count)], others);
        const all = assigned.map((first) => ({ first: first ?? -1, count: RANGE }));
        expect(all.slice(0, has.length).map(({ first }) => first)).toEqual(has);
        const made = all.slice(has.length);
        for (const [i, one] of made.entries()) {
          expect(one.first).toBeGreaterThanOrEqual(0x4000_0000);
          const rest = [...others, ...all.filter((_, j) => j !== i + has.length)];
          expect(rest.filter((other) => overlap(one, other))).toEqual([]);
        }
      }),
    );
  });

  it('are the first free ones, and the same ones for the same host', () => {
    const taken = [{ first: 0x4000_0000, count: 1 }];
    expect(assignRanges([undefined, undefined], taken)).toEqual([0x4001_0000, 0x4002_0000]);
    expect(assignRanges([0x4001_0000, undefined], taken)).toEqual([0x4001_0000, 0x4002_0000]);
    expect(freeRange([])).toEqual({ first: 0x4000_0000, count: RANGE });
  });

  it('are none where all are taken', () => {
    expect(freeRange([{ first: 0, count: 2 ** 31 }])).toBeUndefined();
    expect(assignRanges([undefined], [{ first: 0, count: 2 ** 31 }])).toEqual([undefined]);
  });

  it('are read from the definitions of other containers', () => {
    const definition = `<idmap>\n  <uid start='0' target='300000' count='10'/>\n  <gid start='5' target='7' count='1'/>\n</idmap>`;
    expect(mappedRanges(definition)).toEqual([
      { first: 300_000, count: 10 },
      { first: 7, count: 1 },
    ]);
  });

  it('are read from the files of accounts', () => {
    expect(subordinateRanges('ada:100000:65536\n# no\nbob:165536:10\n\nbad:x:1')).toEqual([
      { first: 100_000, count: 65_536 },
      { first: 165_536, count: 10 },
    ]);
    expect(accountRanges('root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home:/bin/sh\n+')).toEqual([
      { first: 0, count: 1 },
      { first: 1000, count: 1 },
    ]);
  });
});
