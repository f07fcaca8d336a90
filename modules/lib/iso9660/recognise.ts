import { latin1, readBoth } from './bytes.ts';
import {
  ESCAPES_OFFSET,
  JOLIET_ESCAPES,
  PRIMARY,
  SUPPLEMENTARY,
  SYSTEM_AREA,
  TERMINATOR,
} from './descriptors.ts';
import { IsoError, SECTOR } from './image.ts';
import type { Source } from './source.ts';

/** A volume as one of its descriptors describes it. */
export interface Described {
  readonly label: string;
  /** The root's record (ECMA-119, 9.1). */
  readonly root: Uint8Array;
}

/** The hierarchies that an image has. */
export interface Hierarchies {
  readonly primary: Described;
  readonly joliet: Described | undefined;
  /** That of an Enhanced Volume Descriptor (ISO 9660:1999, as ECMA-119, 4th edition, 8.5). */
  readonly enhanced: Described | undefined;
}

// Identifiers that descriptors may have besides `CD001` (ECMA-167, 2/9.1): UDF's, which a bridge image has too.
const OTHERS = ['BEA01', 'BOOT2', 'CDW02', 'NSR02', 'NSR03', 'TEA01'];

/** A limit that no real image reaches. */
const MOST_DESCRIPTORS = 64;

/**
 * Finds the descriptors of ISO 9660 in an image. Boot records, partitions and UDF's descriptors are ignored.
 * @throws IsoError where there is no primary volume descriptor
 */
export async function recognise({ read }: Source): Promise<Hierarchies> {
  let primary: Uint8Array | undefined;
  let joliet: Uint8Array | undefined;
  let enhanced: Uint8Array | undefined;
  for (let sector = SYSTEM_AREA; sector < SYSTEM_AREA + MOST_DESCRIPTORS; sector++) {
    const descriptor = await read(sector * SECTOR, SECTOR, 'the volume descriptors');
    const standard = latin1(descriptor.subarray(1, 6));
    if (OTHERS.includes(standard)) continue;
    if (standard !== 'CD001') {
      // Without a primary descriptor it is something else; after one, a terminator was forgotten.
      if (primary) break;
      throw new IsoError(`this is not an ISO 9660 image: sector ${sector} is not a volume descriptor`);
    }
    const [type, version] = [descriptor[0], descriptor[6]];
    if (type === TERMINATOR) break;
    if (type === PRIMARY) primary ??= descriptor;
    if (type === SUPPLEMENTARY && isJoliet(descriptor)) joliet ??= descriptor;
    else if (type === SUPPLEMENTARY && version === 2) enhanced ??= descriptor;
  }
  if (!primary) throw new IsoError('the image has no primary volume descriptor');
  return {
    primary: described(primary),
    joliet: joliet && described(joliet),
    enhanced: enhanced && described(enhanced),
  };
}

const isJoliet = (descriptor: Uint8Array) =>
  JOLIET_ESCAPES.includes(latin1(descriptor.subarray(ESCAPES_OFFSET, ESCAPES_OFFSET + 3)));

function described(descriptor: Uint8Array): Described {
  const block = readBoth(descriptor, 128, 2, 'the logical block size');
  if (block !== SECTOR) {
    throw new IsoError(`the image has logical blocks of ${block} bytes; only ${SECTOR} are supported`);
  }
  // Some tools fill the label with NULs instead of spaces.
  const label = latin1(descriptor.subarray(40, 72)).replace(/[ \0]+$/, '');
  return { label, root: descriptor.subarray(156, 190) };
}
