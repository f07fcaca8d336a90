import { Failure } from '../../failure.ts';

/** A part of a disk, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

interface Row {
  readonly node?: unknown;
  readonly start?: unknown;
  readonly size?: unknown;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

// The node is the path of the disk with the number of the partition.
const numberOf = ({ node }: Row): number => Number(/(\d+)$/.exec(typeof node === 'string' ? node : '')?.[1]);

function rowsIn(printed: string): { rows: readonly Row[]; sector: number } | undefined {
  try {
    const { partitions, sectorsize: sector = 512 } = JSON.parse(printed).partitiontable;
    return Array.isArray(partitions) && isCount(sector) ? { rows: partitions, sector } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Finds a partition in what `sfdisk --json` prints of a disk, whose content is not trusted. Pure.
 * @param length of the disk, in bytes
 * @param shown the disk, for messages
 * @throws Failure without a partition table, without the partition, and if it isn't within the disk
 */
export function partitionIn(printed: string, partition: number, length: number, shown: string): Extent {
  const table = rowsIn(printed);
  if (!table) throw new Failure(`${shown} has no partition table: leave 'partition' out`);
  const row = table.rows.find((one) => numberOf(one) === partition);
  if (!row) {
    const numbers = table.rows.map(numberOf).filter(Number.isSafeInteger);
    throw new Failure(`${shown} has no partition ${partition}, but ${numbers.join(', ') || 'none'}`);
  }
  const { start, size } = row;
  const end = isCount(start) && isCount(size) ? (start + size) * table.sector : Number.POSITIVE_INFINITY;
  if (!isCount(start) || !isCount(size) || !Number.isSafeInteger(end) || end > length)
    throw new Failure(`${shown}: partition ${partition} is not within the disk: the disk is damaged`);
  return { offset: start * table.sector, size: size * table.sector };
}
