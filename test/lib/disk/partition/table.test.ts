import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionIn } from '../../../../modules/lib/disk/partition/table.ts';

const MIB = 1024 ** 2;

/** What sfdisk prints. */
const table = (partitions: unknown, more: object = { sectorsize: 512 }) =>
  JSON.stringify({ partitiontable: { label: 'gpt', unit: 'sectors', ...more, partitions } });
const rows = [
  { node: '/dev/stdin1', start: 2048, size: 4096, type: 'x', name: 'root "1"' },
  { node: '/dev/stdin15', start: 6144, size: 2048 },
];
const found = (printed: string, partition = 1) => partitionIn(printed, partition, 4 * MIB, 'web.img');

describe('a partition', () => {
  it('is found by its number, in sectors of the disk', () => {
    expect(found(table(rows))).toEqual({ offset: MIB, size: 2 * MIB });
    expect(found(table(rows), 15)).toEqual({ offset: 3 * MIB, size: MIB });
    expect(found(table(rows, {}))).toEqual({ offset: MIB, size: 2 * MIB });
    const large = table([{ node: 'a1', start: 1, size: 2 }], { sectorsize: 4096 });
    expect(found(large)).toEqual({ offset: 4096, size: 8192 });
  });

  it.each([
    ['', 'web.img has no partition table'],
    ['[]', 'web.img has no partition table'],
    [table(undefined), 'web.img has no partition table'],
    [table([]), 'web.img has no partition 1, but none'],
    [table([rows[1], { node: 7 }]), 'web.img has no partition 1, but 15'],
    [table([{ node: 'a1', start: 2048, size: 6145 }]), 'web.img: partition 1 is not within the disk'],
    [table([{ node: 'a1', start: '2048', size: 1 }]), 'web.img: partition 1 is not within the disk'],
    [table([{ node: 'a1', start: -1, size: 1 }]), 'web.img: partition 1 is not within the disk'],
    [table([{ node: 'a1', start: 2 ** 52, size: 2 ** 52 }]), 'web.img: partition 1 is not within the disk'],
  ])('is an error in %s', (printed, message) => {
    expect(() => found(printed)).toThrow(message);
  });

  it('is within the disk, whatever the table says', () => {
    const number = fc.oneof(fc.integer({ min: -10, max: 10_000 }), fc.double(), fc.string());
    fc.assert(
      fc.property(number, number, (start, size) => {
        try {
          const extent = found(table([{ node: 'a1', start, size }]));
          expect(extent.offset).toBeGreaterThan(0);
          expect(extent.size).toBeGreaterThan(0);
          expect(extent.offset + extent.size).toBeLessThanOrEqual(4 * MIB);
        } catch (error) {
          expect(String(error)).toMatch(/^Failure: web\.img/);
        }
      }),
    );
  });
});
