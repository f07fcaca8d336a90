import { describe, expect, it } from 'vitest';
import { type Arrival, breaks, isUnbroken, longestGap } from './counter.ts';

const FROM = { from: '10.25.0.10', connection: 1 };
const OPEN: Arrival = { ...FROM, time: 900, event: 'open' };
const sent = (...numbers: number[]): Arrival[] =>
  numbers.map((number, i) => ({ ...FROM, time: 1000 + i * 200, event: 'number', number }));

describe('a count', () => {
  it('on one connection without a hole is unbroken', () => {
    expect(breaks([OPEN, ...sent(7, 8, 9)])).toEqual([]);
    expect(isUnbroken([OPEN, ...sent(1, 2)])).toBe(true);
  });

  it.each<[string, Arrival[], string]>([
    ['a number that is missing', [OPEN, ...sent(1, 2, 4)], '4 after 2'],
    ['a number twice', [OPEN, ...sent(1, 1)], '1 after 1'],
    ['a count that begins again', [OPEN, ...sent(5, 6, 1)], '1 after 6'],
    ['a second connection', [OPEN, ...sent(1), { ...OPEN, connection: 2 }], '2 connections'],
    [
      'a connection that was ended',
      [OPEN, ...sent(1), { ...OPEN, event: 'end' }],
      'the connection was ended',
    ],
    [
      'a connection that was reset',
      [OPEN, ...sent(1), { ...OPEN, event: 'error', code: 'ECONNRESET' }],
      'the connection was broken: ECONNRESET',
    ],
    ['silence', [OPEN], 'no number'],
    ['garbage', [OPEN, ...sent(1, Number.NaN)], 'NaN after 1'],
  ])('with %s is not', (_, arrivals, problem) => {
    expect(breaks(arrivals)).toContain(problem);
    expect(isUnbroken(arrivals)).toBe(false);
  });

  it('has a longest gap, up to when it was read', () => {
    const gap = { ...FROM, time: 3000, event: 'number', number: 4 } as const;
    expect(longestGap([OPEN, ...sent(1, 2, 3), gap])).toBe(1600);
    expect(longestGap([OPEN, ...sent(1, 2)], 9200)).toBe(8000);
    expect(longestGap([OPEN])).toBe(0);
  });
});
