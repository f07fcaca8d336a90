import { type Content, type Pieces, sizeOf, type VolumeFile } from '../volume.ts';
import { ascii, ucs2 } from './bytes.ts';
import { PRIMARY, SUPPLEMENTARY, SYSTEM_AREA, terminator, volumeDescriptor } from './descriptors.ts';
import { DRAFT, type Extents, isoFolder, jolietFolder } from './folder.ts';
import { type Folder, hierarchy } from './hierarchy.ts';
import { IsoError, SECTOR, sectorsOf } from './image.ts';
import { isoIdentifiers, jolietIdentifiers } from './names.ts';
import { pathTable } from './pathtable.ts';
import type { Extent } from './records.ts';
import { type Leaf, treeOf } from './tree.ts';

export interface WriteOptions {
  /** The volume's label, 1 to 16 characters of printable ASCII (Joliet's field takes 16), e.g. `cidata`. */
  readonly label: string;
  /** Permission bits of every file in Rock Ridge, 0o444 by default; owner and group are root. */
  readonly fileMode?: number;
}

/** An image's length in sectors has 32 bits (ECMA-119, 8.4.8). */
const MOST_SECTORS = 0xffff_ffff;

/**
 * An image of files: ISO 9660 level 2 (ECMA-119) but for the depth of directories, Joliet, Rock Ridge. A pure
 * function of the files: the same bytes each time, in whatever order they are given.
 * @returns whole sectors of 2048 bytes, with nothing after the last file: the 150 sectors that genisoimage adds are
 * for the read-ahead of real CD drives. The files' contents are passed on as they were given, the rest is in memory
 * @throws IsoError when a path or the label can't be written, a file is 4 GiB or more, or there are more than 65,535
 * directories
 */
export function writeIso(files: readonly VolumeFile[], { label, fileMode = 0o444 }: WriteOptions): Pieces {
  if (!/^[\x20-\x7e]{1,16}$/.test(label) || label !== label.trim()) {
    throw new IsoError(`the label ${JSON.stringify(label)} isn't 1 to 16 characters of printable ASCII`);
  }
  const { root, leaves } = treeOf(files);
  const iso = hierarchy(root, { identify: isoIdentifiers, encode: ascii });
  const joliet = hierarchy(root, { identify: jolietIdentifiers, encode: ucs2 });

  const isoTables = tables(iso, SYSTEM_AREA + 3);
  const jolietTables = tables(joliet, isoTables.end);
  const isoExtents = withExtents(jolietTables.end, iso, (at) => {
    const { records, continuations } = isoFolder(iso, at, fileMode, DRAFT);
    return [records.length, continuations.length];
  });
  const jolietExtents = withExtents(isoExtents.end, joliet, (at) => [
    jolietFolder(joliet, at, DRAFT).length,
    0,
  ]);
  const contents = contentExtents(jolietExtents.end, leaves);
  if (contents.end > MOST_SECTORS)
    throw new IsoError('the files are more than the 8 TiB that an image holds');

  const all = (extents: WithExtents): Extents => ({ ...extents, file: contents.file });
  const described = ({ written, ...table }: Tables, { folders }: WithExtents) => {
    const [rootExtent = { sector: 0, length: 0 }] = folders;
    return {
      label,
      sectors: contents.end,
      root: rootExtent,
      ...table,
      pathTableLength: written(folders, true).length,
    };
  };
  return [
    new Uint8Array(SYSTEM_AREA * SECTOR),
    volumeDescriptor(PRIMARY, described(isoTables, isoExtents), ascii),
    volumeDescriptor(SUPPLEMENTARY, described(jolietTables, jolietExtents), ucs2),
    terminator(),
    ...[true, false].flatMap((little) => inSectors(isoTables.written(isoExtents.folders, little))),
    ...[true, false].flatMap((little) => inSectors(jolietTables.written(jolietExtents.folders, little))),
    ...iso.flatMap((_, at) => Object.values(isoFolder(iso, at, fileMode, all(isoExtents)))),
    ...joliet.map((_, at) => jolietFolder(joliet, at, all(jolietExtents))),
    ...leaves.flatMap(({ content }) => inSectors(content)),
  ].filter((piece) => sizeOf(piece) > 0);
}

interface Tables {
  readonly pathTableL: number;
  readonly pathTableM: number;
  /** The sector after them. */
  readonly end: number;
  written(extents: readonly Extent[], littleEndian: boolean): Uint8Array;
}

// The two path tables of a hierarchy, one after the other from a sector on.
function tables(folders: readonly Folder[], sector: number): Tables {
  const written = (extents: readonly Extent[], littleEndian: boolean) => {
    const entries = folders.map(({ identifier, parent }, at) => ({
      identifier,
      sector: extents[at]?.sector ?? 0,
      parent: parent + 1,
    }));
    return pathTable(entries, littleEndian);
  };
  const length = sectorsOf(written([], true).length);
  return { pathTableL: sector, pathTableM: sector + length, end: sector + 2 * length, written };
}

interface WithExtents extends Omit<Extents, 'file'> {
  /** The sector after them. */
  readonly end: number;
}

// The directories of a hierarchy, one after the other from a sector on. Each has its continuation areas right behind
// it, since bsdtar (libarchive 3.6.2) looks for them nowhere else.
function withExtents(
  sector: number,
  folders: readonly Folder[],
  lengths: (at: number) => [records: number, continuations: number],
): WithExtents {
  let end = sector;
  const extents = folders.map((_, at) => {
    const [length, continuations] = lengths(at);
    const extent = { sector: end, length };
    end += sectorsOf(length) + sectorsOf(continuations);
    return extent;
  });
  const continuations = (at: number) => (extents[at]?.sector ?? 0) + sectorsOf(extents[at]?.length ?? 0);
  return { folders: extents, continuations, end };
}

function contentExtents(sector: number, leaves: readonly Leaf[]) {
  let end = sector;
  const extents = new Map<Leaf, Extent>();
  for (const leaf of leaves) {
    const length = sizeOf(leaf.content);
    // An empty file has no extent: one could be after the image's end.
    extents.set(leaf, { sector: length > 0 ? end : 0, length });
    end += sectorsOf(length);
  }
  return { end, file: (leaf: Leaf): Extent => extents.get(leaf) ?? { sector: 0, length: 0 } };
}

const ZEROS = new Uint8Array(SECTOR);

function inSectors(content: Content): Content[] {
  const size = sizeOf(content);
  return [content, ZEROS.subarray(0, sectorsOf(size) * SECTOR - size)];
}
