import type { Entry, Folder } from './hierarchy.ts';
import {
  directoryBytes,
  directoryRecord,
  type Extent,
  MAX_RECORD,
  PARENT,
  SELF,
  systemUseOffset,
} from './records.ts';
import { Continuations, directoryAttributes, fileAttributes, namedUse, rootUse } from './rockridge.ts';
import type { Leaf } from './tree.ts';

/** The extents that a directory's records point to. */
export interface Extents {
  /** By a directory's index in the hierarchy. */
  readonly folders: readonly Extent[];
  readonly file: (leaf: Leaf) => Extent;
  /** The first sector of a directory's continuation areas. */
  readonly continuations: (folder: number) => number;
}

const NOWHERE: Extent = { sector: 0, length: 0 };

/** The lengths of directories don't depend on extents, so they are measured with these. */
export const DRAFT: Extents = { folders: [], file: () => NOWHERE, continuations: () => 0 };

/** A directory of Joliet: whole sectors. @param at its index in `folders` */
export function jolietFolder(folders: readonly Folder[], at: number, extents: Extents): Uint8Array {
  return directoryBytes([
    ...selfAndParent(folders, at, extents),
    ...(folders[at]?.entries ?? []).map((entry) =>
      directoryRecord(entry.identifier, extentOf(entry, extents), { directory: 'folder' in entry }),
    ),
  ]);
}

/** A directory of ISO 9660 with Rock Ridge. */
export interface IsoFolder {
  readonly records: Uint8Array;
  /** Whole sectors too, often none. */
  readonly continuations: Uint8Array;
}

/**
 * A directory of ISO 9660, and its continuation areas, which have the Rock Ridge entries that don't fit.
 * @param at its index in `folders`
 * @param mode the permission bits of files
 */
export function isoFolder(folders: readonly Folder[], at: number, mode: number, extents: Extents): IsoFolder {
  const continuations = new Continuations(extents.continuations(at));
  const { parent = 0, entries = [] } = folders[at] ?? {};
  const self = attributesOf(folders, at);
  const records = directoryBytes([
    ...selfAndParent(folders, at, extents, [
      at === 0 ? rootUse(self, continuations) : self,
      attributesOf(folders, parent),
    ]),
    ...entries.map((entry) => {
      const directory = 'folder' in entry;
      const systemUse = namedUse(
        directory ? attributesOf(folders, entry.folder) : fileAttributes(mode),
        new TextEncoder().encode(entry.name),
        MAX_RECORD - systemUseOffset(entry.identifier.length),
        continuations,
      );
      return directoryRecord(entry.identifier, extentOf(entry, extents), { directory, systemUse });
    }),
  ]);
  return { records, continuations: continuations.bytes() };
}

const attributesOf = (folders: readonly Folder[], at: number) => directoryAttributes(folders[at]?.inner ?? 0);

function selfAndParent(
  folders: readonly Folder[],
  at: number,
  { folders: extents }: Extents,
  uses?: Uint8Array[],
) {
  return [SELF, PARENT].map((identifier, i) => {
    const extent = extents[i === 0 ? at : (folders[at]?.parent ?? 0)] ?? NOWHERE;
    const systemUse = uses?.[i];
    return directoryRecord(identifier, extent, { directory: true, ...(systemUse ? { systemUse } : {}) });
  });
}

const extentOf = (entry: Entry, { folders, file }: Extents): Extent =>
  'folder' in entry ? (folders[entry.folder] ?? NOWHERE) : file(entry.file);
