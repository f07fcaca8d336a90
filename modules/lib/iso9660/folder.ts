import type { Entry, Folder } from './hierarchy.ts';
import {
  directoryBytes,
  directoryRecord,
  MAX_RECORD,
  PARENT,
  type Place,
  SELF,
  systemUseOffset,
} from './records.ts';
import { Continuations, directoryAttributes, fileAttributes, namedUse, rootUse } from './rockridge.ts';
import type { Leaf } from './tree.ts';

/** Where all that a directory's records point at lies. */
export interface Places {
  /** By a directory's place in the hierarchy. */
  readonly folders: readonly Place[];
  readonly file: (leaf: Leaf) => Place;
  /** The first sector of a directory's continuation areas. */
  readonly continuations: (folder: number) => number;
}

const NOWHERE: Place = { sector: 0, length: 0 };

/** No place is known yet. The lengths of directories don't depend on places, so a draft with these tells them. */
export const DRAFT: Places = { folders: [], file: () => NOWHERE, continuations: () => 0 };

/** A directory of Joliet: whole sectors. @param at its place in the list of all */
export function jolietFolder(folders: readonly Folder[], at: number, places: Places): Uint8Array {
  return directoryBytes([
    ...selfAndParent(folders, at, places),
    ...(folders[at]?.entries ?? []).map((entry) =>
      directoryRecord(entry.identifier, placeOf(entry, places), { directory: 'folder' in entry }),
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
 * A directory of ISO 9660, and what of its Rock Ridge lies in continuation areas.
 * @param at its place in the list of all
 * @param mode the permission bits of files
 */
export function isoFolder(folders: readonly Folder[], at: number, mode: number, places: Places): IsoFolder {
  const continuations = new Continuations(places.continuations(at));
  const { parent = 0, entries = [] } = folders[at] ?? {};
  const own = attributesOf(folders, at);
  const records = directoryBytes([
    ...selfAndParent(folders, at, places, [
      at === 0 ? rootUse(own, continuations) : own,
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
      return directoryRecord(entry.identifier, placeOf(entry, places), { directory, systemUse });
    }),
  ]);
  return { records, continuations: continuations.bytes() };
}

const attributesOf = (folders: readonly Folder[], at: number) => directoryAttributes(folders[at]?.inner ?? 0);

function selfAndParent(
  folders: readonly Folder[],
  at: number,
  { folders: places }: Places,
  uses?: Uint8Array[],
) {
  return [SELF, PARENT].map((identifier, i) => {
    const place = places[i === 0 ? at : (folders[at]?.parent ?? 0)] ?? NOWHERE;
    const systemUse = uses?.[i];
    return directoryRecord(identifier, place, { directory: true, ...(systemUse ? { systemUse } : {}) });
  });
}

const placeOf = (entry: Entry, { folders, file }: Places): Place =>
  'folder' in entry ? (folders[entry.folder] ?? NOWHERE) : file(entry.file);
