import { describe, expect, it } from 'vitest';
import { causesOf, isMet, ratesOf, tableOf, type Verdict } from './rates.ts';

const verdicts = (
  property: Verdict['property'],
  mode: Verdict['mode'],
  held: number,
  reasons: string[],
): Verdict[] => [
  ...Array.from({ length: held }, (_, i) => ({ property, mode, file: `held-${i}`, reason: undefined })),
  ...reasons.map((reason, i) => ({ property, mode, file: `failed-${i}`, reason })),
];

describe('rates', () => {
  const found = [
    ...verdicts('adoption', 'dry run', 99, ['x']),
    ...verdicts('adoption', 'fallback', 96, ['x', 'x', 'x', 'x']),
    ...verdicts('repeat', 'dry run', 1999, ['x']),
  ];

  it('count what was looked at, and are held against what is expected', () => {
    expect(
      ratesOf(found).map((rate) => [rate.property, rate.mode, rate.held, rate.total, isMet(rate)]),
    ).toEqual([
      ['repeat', 'dry run', 1999, 2000, false],
      ['adoption', 'dry run', 99, 100, true],
      ['adoption', 'fallback', 96, 100, false],
    ]);
  });

  it('are a table that rounds nothing up', () => {
    expect(tableOf(ratesOf(found)).replace(/ +/g, ' ')).toBe(
      [
        'repeat dry run 1999/2000 99.9 % (less than 100 %)',
        'adoption dry run 99/100 99.0 % fallback 96/100 96.0 % (less than 97 %)',
      ].join('\n'),
    );
  });
});

describe('causes', () => {
  it('are one for what differs in names and values only, that of the most documents first', () => {
    const reasons = [
      'it fails: no',
      'changed: disk[vda]/@a added ("1")',
      'changed: disk[hda]/@a added ("2")',
    ];
    const moved = verdicts('disk moved', 'dry run', 0, [
      'it fails: no',
      'its diff, besides: disk[vda]/@a added ("1")',
    ]);
    expect(causesOf([...verdicts('check', 'dry run', 1, reasons), ...moved])).toBe(
      [
        '2 × dry run: disk[]/@a added (…)',
        '    failed-1, check: changed: disk[vda]/@a added ("1") (also disk moved)',
        '    failed-2, check: changed: disk[hda]/@a added ("2")',
        '1 × dry run: it fails: no',
        '    failed-0, check: it fails: no (also disk moved)',
      ].join('\n'),
    );
  });
});
