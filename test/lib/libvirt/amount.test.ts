import { describe, expect, it } from 'vitest';
import { kibibytes } from '../../../modules/lib/libvirt/amount.ts';

describe('kibibytes', () => {
  // formatdomain, "memory": the units and what they mean.
  const rows: [string, number | undefined][] = [
    ['512024', 512024],
    ['1 GiB', 1024 ** 2],
    ['1G', 1024 ** 2],
    ['1GB', Math.ceil(1e9 / 1024)],
    ['2048 b', 2],
    ['1 bytes', 1],
    ['2 MiB', 2048],
    ['1k', 1],
    ['many', undefined],
    ['1 XiB', undefined],
  ];
  it.each(rows)('%s', (text, expected) => {
    expect(kibibytes(text)).toBe(expected);
  });
});
