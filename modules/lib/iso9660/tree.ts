import { type Content, compareCodePoints, sizeOf, type VolumeFile } from '../volume.ts';
import { IsoError, PATH_LENGTH } from './image.ts';

/** A file in a directory that is to be written. */
export interface Leaf {
  readonly name: string;
  readonly content: Content;
}

/** A directory that is to be written; the root's name is empty. */
export interface Directory {
  readonly name: string;
  readonly directories: readonly Directory[];
  readonly files: readonly Leaf[];
}

/** The files of an image in their directories. */
export interface Tree {
  readonly root: Directory;
  /** All files, in the order of their paths' code points. */
  readonly leaves: readonly Leaf[];
}

/** A POSIX file name in bytes (Linux NAME_MAX), which Rock Ridge's NM carries. */
const NAME_LENGTH = 255;

/** The largest file of one extent (ECMA-119, 9.1.4: 32 bits). */
const MOST_BYTES = 0xffff_ffff;

interface Growing extends Directory {
  readonly directories: Growing[];
  readonly files: Leaf[];
  readonly inner: Map<string, Growing | Leaf>;
}

const growing = (name: string): Growing => ({ name, directories: [], files: [], inner: new Map() });
const isDirectory = (it: Growing | Leaf): it is Growing => 'inner' in it;

/**
 * Puts files into their directories.
 * @throws IsoError naming the first path that an image can't have (absolute, an empty component, `.`, `..`, a NUL,
 * not Unicode, too long, given twice, a file that is a directory too), or the first file of 4 GiB or more
 */
export function treeOf(files: readonly VolumeFile[]): Tree {
  const root = growing('');
  const sorted = [...files].sort((a, b) => compareCodePoints(a.path, b.path));
  const leaves = sorted.map(({ path, content }) => {
    const problem = problemOf(path) ?? (sizeOf(content) > MOST_BYTES ? TOO_LARGE : undefined);
    if (problem) throw new IsoError(`the file ${JSON.stringify(path)} ${problem}`);
    const names = path.split('/');
    const leaf = { name: names.pop() ?? '', content };
    add(
      names.reduce((above, name) => directoryIn(above, name, path), root),
      leaf,
      path,
    );
    return leaf;
  });
  return { root, leaves };
}

const TOO_LARGE = 'is 4 GiB or more, which is too large for an image';

function directoryIn(above: Growing, name: string, path: string): Growing {
  const existing = above.inner.get(name);
  if (existing && isDirectory(existing)) return existing;
  if (existing) {
    throw new IsoError(
      `the file ${JSON.stringify(path)} needs a directory ${JSON.stringify(name)} where a file of that name is`,
    );
  }
  const made = growing(name);
  above.inner.set(name, made);
  above.directories.push(made);
  return made;
}

// A path is sorted before all that begin with it, so an existing entry can't be a directory.
function add(above: Growing, leaf: Leaf, path: string): void {
  if (above.inner.has(leaf.name)) throw new IsoError(`the file ${JSON.stringify(path)} is given twice`);
  above.inner.set(leaf.name, leaf);
  above.files.push(leaf);
}

const utf8Length = (text: string) => new TextEncoder().encode(text).length;

function problemOf(path: string): string | undefined {
  if (path === '') return 'has no name';
  if (path.startsWith('/')) return "begins with a slash: a path starts at the image's root without one";
  if (path.includes('\0')) return 'has a NUL in its path';
  if (/\p{Surrogate}/u.test(path)) return 'has half a surrogate pair in its path, which is no character';
  const length = utf8Length(path);
  if (length > PATH_LENGTH)
    return `has a path of ${length} bytes of UTF-8; a path has at most ${PATH_LENGTH}`;
  for (const name of path.split('/')) {
    if (name === '') return 'has an empty component in its path';
    if (name === '.' || name === '..') return `has the component ${JSON.stringify(name)} in its path`;
    const bytes = utf8Length(name);
    if (bytes > NAME_LENGTH)
      return `has a name of ${bytes} bytes of UTF-8; a name has at most ${NAME_LENGTH}`;
  }
  return undefined;
}
