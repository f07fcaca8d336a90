import { describe, expect, it } from 'vitest';
import { type DiskReport, lostOf, parseReport } from './guest.ts';

const DIGEST = 'd41d8cd98f00b204e9800998ecf8427e';
const VDA: DiskReport = { disk: 'vda', pattern: DIGEST, first: 1, last: 20, count: 20 };

describe('what a guest tells of its disks', () => {
  it('is a line for each', () => {
    expect(parseReport(`vda ${DIGEST} 1 20 20\nvdb ${DIGEST} 5 9 5`)).toEqual([
      VDA,
      { disk: 'vdb', pattern: DIGEST, first: 5, last: 9, count: 5 },
    ]);
    expect(() => parseReport(`vda ${DIGEST}   0`)).toThrow('not the report of a guest');
  });

  it('is compared with what it told before', () => {
    expect(lostOf([VDA], [{ ...VDA, first: 11, last: 1034, count: 1024 }])).toEqual([]);
    expect(lostOf([VDA], [])).toEqual(['vda is not there']);
    expect(lostOf([VDA], [{ ...VDA, pattern: DIGEST.replace('d', 'e'), last: 18, count: 17 }])).toEqual([
      'the pattern of vda has changed',
      'vda ends with 18, and had 20',
      'vda has 17 of the numbers from 1 to 18',
    ]);
  });
});
