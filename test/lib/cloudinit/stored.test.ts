import { describe, expect, it } from 'vitest';
import { fatLabel } from '../../../modules/lib/cloudinit/fat-label.ts';
import { storedSeed } from '../../../modules/lib/cloudinit/stored.ts';
import { imageOf } from '../../../modules/lib/volume.ts';
import { SEED, sorted, text, written } from '../iso9660/files.ts';

/** What `mkfs.vfat -n LABEL` writes, as far as it is read: FAT12 or FAT16 with `extended` 36, FAT32 with 64. */
function bootSector(extended: number, label: string): Uint8Array {
  const bytes = new Uint8Array(512);
  bytes[22] = extended === 36 ? 9 : 0;
  bytes[extended + 2] = 0x29;
  bytes.set(text(label.padEnd(11)), extended + 7);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

const notFat = (at: number, value: number) => {
  const bytes = bootSector(36, 'CIDATA');
  bytes[at] = value;
  return bytes;
};

describe('the label of a FAT volume', () => {
  it.each([
    ['of FAT12 and FAT16', bootSector(36, 'CIDATA'), 'CIDATA'],
    ['of FAT32', bootSector(64, 'my seed'), 'my seed'],
    ['is undefined without the mark of a boot sector', notFat(511, 0), undefined],
    ['is undefined where the boot sector has none', notFat(38, 0), undefined],
    ['is undefined of less than a sector', bootSector(36, 'CIDATA').subarray(0, 511), undefined],
    ['is undefined of an ISO', written(SEED), undefined],
  ])('%s', (_, head, label) => expect(fatLabel(head)).toBe(label));
});

describe('a file in the place of a seed', () => {
  const iso = written(SEED);
  it.each([
    ['a FAT volume with the label of a seed', bootSector(36, 'CIDATA'), 'it is a FAT volume', true],
    ['a FAT volume with another label', bootSector(36, 'BACKUP'), 'the image ends at byte 512', false],
    ['a seed that was cut', iso.subarray(0, 40_000), 'the image ends at byte 40000', true],
    [
      'an image of another label that was cut',
      written(SEED, { label: 'backup' }).subarray(0, 40_000),
      '',
      false,
    ],
    ['zeros', new Uint8Array(5), 'the image ends at byte 5', true],
    ['nothing', new Uint8Array(), 'the image ends at byte 0', true],
    ['something else', text('hello'), 'the image ends at byte 5', false],
  ])('%s', async (_, bytes, reason, isSeed) => {
    const found = await storedSeed(imageOf(bytes));
    expect(found).toEqual({ reason: expect.stringContaining(reason), isSeed });
  });

  it('that is a seed has its files', async () => {
    const found = await storedSeed(imageOf(iso));
    expect(found).toMatchObject({ label: 'cidata', files: sorted(SEED).map(({ path }) => ({ path })) });
  });
});
