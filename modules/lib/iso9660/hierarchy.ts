import { compareCodePoints } from '../volume.ts';
import { IsoError } from './image.ts';
import { compareIdentifiers, type Nameable } from './names.ts';
import { MOST_DIRECTORIES } from './pathtable.ts';
import { SELF } from './records.ts';
import type { Directory, Leaf } from './tree.ts';

/** How one of an image's hierarchies names things. */
export interface Naming {
  /** One identifier for each item of a directory, sorted by name. */
  readonly identify: (items: readonly Nameable[]) => string[];
  readonly encode: (identifier: string) => Uint8Array;
}

/** What a directory holds, with its identifier in this hierarchy. */
export type Entry = { readonly name: string; readonly identifier: Uint8Array } & (
  | { readonly file: Leaf }
  /** A directory's index in the list of all. */
  | { readonly folder: number }
);

/** A directory of a hierarchy. */
export interface Folder {
  readonly identifier: Uint8Array;
  /** Its parent's index in the list of all; the root's is its own. */
  readonly parent: number;
  /** How many directories it has. */
  readonly inner: number;
  /** In the order of a directory's records. */
  readonly entries: readonly Entry[];
}

interface Item extends Nameable {
  readonly it: Directory | Leaf;
}

interface Found {
  readonly directory: Directory;
  readonly identifier: Uint8Array;
  readonly parent: number;
}

/**
 * All directories of a hierarchy in the order of a path table: by level, then by their parents' indexes, then by
 * identifier (ECMA-119, 6.9.1). The root is the first. No directory is relocated: today's readers accept any depth.
 * @throws IsoError when there are more than a path table can number
 */
export function hierarchy(root: Directory, naming: Naming): Folder[] {
  const found: Found[] = [{ directory: root, identifier: SELF, parent: 0 }];
  const folders: Folder[] = [];
  // The list grows while it is walked: level after level.
  for (const [at, { directory, identifier, parent }] of found.entries()) {
    const entries = named(directory, naming).map(({ it, name, identifier }): Entry => {
      if ('content' in it) return { name, identifier, file: it };
      found.push({ directory: it, identifier, parent: at });
      return { name, identifier, folder: found.length - 1 };
    });
    folders.push({ identifier, parent, inner: directory.directories.length, entries });
  }
  if (folders.length > MOST_DIRECTORIES) {
    throw new IsoError(
      `the files lie in ${folders.length} directories; an image has at most ${MOST_DIRECTORIES}`,
    );
  }
  return folders;
}

function named({ directories, files }: Directory, { identify, encode }: Naming) {
  const items: Item[] = [
    ...directories.map((it) => ({ name: it.name, directory: true, it })),
    ...files.map((it) => ({ name: it.name, directory: false, it })),
  ].sort((a, b) => compareCodePoints(a.name, b.name));
  const identifiers = identify(items);
  return items
    .map(({ it, name }, i) => ({ it, name, text: identifiers[i] ?? '' }))
    .sort((a, b) => compareIdentifiers(a.text, b.text))
    .map(({ it, name, text }) => ({ it, name, identifier: encode(text) }));
}
