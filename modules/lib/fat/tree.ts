import { type Content, compareCodePoints, sizeOf, type VolumeFile } from '../volume.ts';
import { isPlain } from './alias.ts';
import { checkName, folded } from './names.ts';
import { ENTRY, FatError, LONG_UNITS, MOST_DIRECTORY, MOST_FILE } from './volume.ts';

/** A file of a directory. */
export interface FileNode {
  readonly name: string;
  readonly path: string;
  readonly content: Content;
}

/** A directory: what it holds is in the order of the names' code points. The root has no parent and no name. */
export interface Directory {
  readonly name: string;
  readonly path: string;
  readonly parent: Directory | undefined;
  readonly nodes: readonly Node[];
  /** How many entries of 32 bytes it takes: the volume's label, or itself and its parent, included. */
  readonly entries: number;
}

/** What a directory holds. */
export type Node = FileNode | Directory;

/** Whether it is one. */
export const isDirectory = (node: Node): node is Directory => 'nodes' in node;

/** How many entries a name takes, those of its long name included. */
const entriesOf = (name: string): number =>
  1 + (isPlain(name) ? 0 : Math.ceil(name.length / LONG_UNITS.length));

/** A root's size in entries is a number of 16 bits, and whole sectors. */
const MOST_ENTRIES = MOST_DIRECTORY / ENTRY - 16;

interface Draft extends Directory {
  readonly nodes: (FileNode | Draft)[];
  readonly byName: Map<string, FileNode | Draft>;
  entries: number;
}

const draft = (name: string, path: string, parent: Draft | undefined): Draft => ({
  name,
  path,
  parent,
  nodes: [],
  byName: new Map(),
  entries: parent ? 2 : 1,
});

/**
 * The directories that files lie in.
 * @returns the root, then every other one after its parent; the same in whatever order the files are given
 * @throws FatError naming the path that FAT can't hold
 */
export function directoriesOf(files: readonly VolumeFile[]): Directory[] {
  const root = draft('', '', undefined);
  for (const file of [...files].sort((a, b) => compareCodePoints(a.path, b.path))) add(root, file);
  const all = [root];
  for (const directory of all) {
    directory.nodes.sort((a, b) => compareCodePoints(a.name, b.name));
    // Those that are found here are looked through later in this same loop.
    for (const node of directory.nodes) if (isDirectory(node)) all.push(node as Draft);
  }
  return all;
}

function add(root: Draft, { path, content }: VolumeFile): void {
  const names = path.split('/');
  const name = names.pop() ?? '';
  const directory = names.reduce((parent, next) => enter(parent, next, path), root);
  checkName(name, path);
  const size = sizeOf(content);
  if (size > MOST_FILE) {
    throw new FatError(
      `the file ${JSON.stringify(path)} is 4 GiB or more, which FAT can't hold: use iso9660 instead`,
    );
  }
  put(directory, { name, path, content });
}

function enter(parent: Draft, name: string, below: string): Draft {
  checkName(name, below);
  const there = parent.byName.get(folded(name));
  if (there && there.name === name && isDirectory(there)) return there as Draft;
  const made = draft(name, parent.path === '' ? name : `${parent.path}/${name}`, parent);
  put(parent, made);
  return made;
}

function put(parent: Draft, node: FileNode | Draft): void {
  const key = folded(node.name);
  const other = parent.byName.get(key);
  if (other) throw new FatError(clash(other, node));
  parent.byName.set(key, node);
  parent.nodes.push(node);
  parent.entries += entriesOf(node.name);
  if (parent.entries <= MOST_ENTRIES) return;
  const where = parent.path === '' ? 'the root' : `the folder ${JSON.stringify(parent.path)}`;
  throw new FatError(
    `${where} has more files than FAT holds in one (${MOST_ENTRIES} entries, a long name takes several): divide them into folders`,
  );
}

function clash(a: Node, b: Node): string {
  if (a.name !== b.name) {
    return `the paths ${JSON.stringify(a.path)} and ${JSON.stringify(b.path)} differ only in case, which FAT doesn't tell apart`;
  }
  const both = isDirectory(a) === isDirectory(b) ? 'is there twice' : 'is a file and a folder';
  return `the path ${JSON.stringify(b.path)} ${both}`;
}
