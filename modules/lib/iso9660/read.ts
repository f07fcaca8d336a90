import { fromUcs2, latin1, part, readBoth } from './bytes.ts';
import { IsoError, type IsoFile, SECTOR } from './image.ts';
import {
  DIRECTORY_FLAG,
  ESCAPES_OFFSET,
  type Extent,
  JOLIET_ESCAPES,
  MULTI_EXTENT_FLAG,
  PRIMARY,
  SUPPLEMENTARY,
  systemUseOffset,
  TERMINATOR,
} from './records.ts';
import { rockRidgeName, suspSkip } from './rockridge.ts';

/** What an image holds. A file in a directory has its path as its name; contents are views of the image's bytes. */
export interface IsoImage {
  readonly label: string;
  readonly files: IsoFile[];
}

interface Record {
  readonly identifier: Uint8Array;
  readonly extent: Extent;
  readonly flags: number;
  readonly systemUse: Uint8Array;
}

/** How a tree gives names: by Rock Ridge's NM, else by the record's own identifier. */
type NameOf = (record: Record) => string;

/**
 * Reads an image of ours, of genisoimage or of xorriso, with the names of Rock Ridge, else of Joliet, else of plain
 * ISO 9660 (then in capitals, without the version).
 * @throws IsoError when it is no such image, is cut short or is damaged
 */
export function readIso(bytes: Uint8Array): IsoImage {
  const descriptors = [...volumeDescriptors(bytes)];
  const primary = descriptors.find(([type]) => type === PRIMARY)?.[1];
  if (!primary) throw new IsoError('the image has no primary volume descriptor');
  const joliet = descriptors.find(([type, sector]) => type === SUPPLEMENTARY && isJoliet(sector))?.[1];

  const label = latin1(primary.subarray(40, 72)).trimEnd();
  const root = rootOf(primary);
  const self = recordsOf(bytes, root).next().value;
  const skip = self && suspSkip(self.systemUse);
  if (skip !== undefined) {
    const nameOf: NameOf = (record) =>
      rockRidgeName(bytes, record.systemUse.subarray(skip)) ?? plainName(latin1(record.identifier));
    return { label, files: [...filesOf(bytes, root, nameOf)] };
  }
  if (joliet) {
    const nameOf: NameOf = ({ identifier }) => fromUcs2(identifier).replace(/;\d+$/, '');
    return { label, files: [...filesOf(bytes, rootOf(joliet), nameOf)] };
  }
  return { label, files: [...filesOf(bytes, root, ({ identifier }) => plainName(latin1(identifier)))] };
}

function* volumeDescriptors(bytes: Uint8Array): Generator<[number, Uint8Array]> {
  for (let sector = 16; ; sector++) {
    const descriptor = part(bytes, sector * SECTOR, SECTOR, 'the volume descriptors');
    if (latin1(descriptor.subarray(1, 6)) !== 'CD001') {
      throw new IsoError(`this is no ISO 9660 image: sector ${sector} is no volume descriptor`);
    }
    const type = descriptor[0] ?? 0;
    if (type === TERMINATOR) return;
    yield [type, descriptor];
  }
}

const isJoliet = (descriptor: Uint8Array) =>
  JOLIET_ESCAPES.includes(latin1(descriptor.subarray(ESCAPES_OFFSET, ESCAPES_OFFSET + 3)));

function rootOf(descriptor: Uint8Array): Extent {
  const size = readBoth(descriptor, 128, 2, 'the logical block size');
  if (size !== SECTOR)
    throw new IsoError(`the image has logical blocks of ${size} bytes; only ${SECTOR} is known`);
  return extentOf(descriptor.subarray(156, 190));
}

const extentOf = (record: Uint8Array): Extent => ({
  sector: readBoth(record, 2, 4, "a file's place"),
  length: readBoth(record, 10, 4, "a file's length"),
});

const contentOf = (bytes: Uint8Array, { sector, length }: Extent, what: string): Uint8Array =>
  length === 0 ? new Uint8Array() : part(bytes, sector * SECTOR, length, what);

function* recordsOf(bytes: Uint8Array, directory: Extent): Generator<Record> {
  const all = contentOf(bytes, directory, 'a directory');
  for (let at = 0; at < all.length; ) {
    const length = all[at] ?? 0;
    // Records don't cross sectors, and the rest of a sector is zero (ECMA-119, 6.8.1.1).
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    const record = part(all, at, length, 'a directory record');
    const identifierLength = record[32] ?? 0;
    if (length < 34 || 33 + identifierLength > length) {
      throw new IsoError('the image is damaged: a directory record is too short');
    }
    yield {
      identifier: record.subarray(33, 33 + identifierLength),
      extent: extentOf(record),
      flags: record[25] ?? 0,
      systemUse: record.subarray(systemUseOffset(identifierLength)),
    };
    at += length;
  }
}

const isSelfOrParent = ({ identifier }: Record) => identifier.length === 1 && (identifier[0] ?? 0) <= 1;

function* filesOf(
  bytes: Uint8Array,
  directory: Extent,
  nameOf: NameOf,
  prefix = '',
  seen = new Set<number>(),
): Generator<IsoFile> {
  if (seen.has(directory.sector)) throw new IsoError('the image is damaged: its directories go in a circle');
  seen.add(directory.sector);
  const [self, parent, ...records] = recordsOf(bytes, directory);
  if (!self || !parent || !isSelfOrParent(self) || !isSelfOrParent(parent)) {
    throw new IsoError("the image is damaged: a directory doesn't begin with itself and its parent");
  }
  for (const record of records) {
    const name = prefix + nameOf(record);
    if (record.flags & MULTI_EXTENT_FLAG) {
      throw new IsoError(`the file ${JSON.stringify(name)} is in several extents, which isn't known here`);
    }
    if (record.flags & DIRECTORY_FLAG) yield* filesOf(bytes, record.extent, nameOf, `${name}/`, seen);
    else yield { name, content: contentOf(bytes, record.extent, `the file ${JSON.stringify(name)}`) };
  }
}

const plainName = (identifier: string) => identifier.replace(/;\d+$/, '').replace(/\.$/, '');
