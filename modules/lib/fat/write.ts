import { type Content, type Pieces, sizeOf, type VolumeFile } from '../volume.ts';
import { aliasesOf } from './alias.ts';
import { reservedSectors } from './boot.ts';
import { entriesFor, shortEntry } from './entries.ts';
import { fieldOfLabel, serialOf } from './identity.ts';
import { type Layout, layoutFor, TABLES } from './layout.ts';
import { tablePieces } from './table.ts';
import { type Directory, directoriesOf, type FileNode, isDirectory, type Node } from './tree.ts';
import { ATTRIBUTE, ENTRY, FIRST_CLUSTER, SECTOR } from './volume.ts';

/** How a volume is to be made. */
export interface FatOptions {
  /** 1 to 11 characters of ASCII; written in capitals, as FAT's labels are: `cidata` becomes `CIDATA`. */
  readonly label: string;
}

/**
 * A FAT volume without a partition table, with long names: FAT12, FAT16 or FAT32, whichever makes it smallest. A pure
 * function of the files: the same pieces each time, in whatever order they are given. Everything is checked before the
 * first piece; tables and directories are made as they are asked for, and contents are only passed on.
 * @returns pieces that can be gone through more than once; together whole tracks of 16 KiB
 * @throws FatError when FAT can't hold a path, a file, or the label
 */
export function writeFat(files: readonly VolumeFile[], { label }: FatOptions): Pieces {
  const directories = directoriesOf(files);
  const [root, ...folders] = directories as [Directory, ...Directory[]];
  const contents = directories
    .flatMap(({ nodes }) => nodes)
    .filter((node): node is FileNode => !isDirectory(node) && sizeOf(node.content) > 0);
  const layout = layoutFor({
    sizes: [...folders.map(bytesOf), ...contents.map(({ content }) => sizeOf(content))],
    rootEntries: root.entries,
  });
  const name = fieldOfLabel(label);
  const serial = serialOf(name, files);
  return { [Symbol.iterator]: () => pieces({ layout, name, serial, root, folders, contents }) };
}

interface Plan {
  readonly layout: Layout;
  /** The label as its field holds it. */
  readonly name: string;
  readonly serial: number;
  readonly root: Directory;
  readonly folders: readonly Directory[];
  /** Files that aren't empty. */
  readonly contents: readonly FileNode[];
}

const bytesOf = ({ entries }: Directory): number => entries * ENTRY;

const lengthOf = (node: Node): number => (isDirectory(node) ? bytesOf(node) : sizeOf(node.content));

function* pieces({ layout, name, serial, root, folders, contents }: Plan): Generator<Content> {
  const clusterSize = layout.clusterSectors * SECTOR;
  const rootInClusters = layout.kind === 32;
  const chains: Node[] = [...(rootInClusters ? [root] : []), ...folders, ...contents];
  const counts = chains.map((node) => Math.ceil(lengthOf(node) / clusterSize));
  const firsts = new Map<Node, number>();
  let next = FIRST_CLUSTER;
  for (const [i, node] of chains.entries()) {
    firsts.set(node, next);
    next += counts[i] ?? 0;
  }
  const used = next - FIRST_CLUSTER;
  const rootArea = (layout.firstData - layout.reserved - TABLES * layout.tableSectors) * SECTOR;

  yield reservedSectors(layout, { label: latin1(name), serial }, used);
  for (let table = 0; table < TABLES; table++) yield* tablePieces(layout, counts);
  if (!rootInClusters) {
    yield directoryBytes(root, name, firsts);
    yield* zeros(rootArea - bytesOf(root));
  }
  for (const [i, node] of chains.entries()) {
    yield isDirectory(node) ? directoryBytes(node, name, firsts) : node.content;
    yield* zeros((counts[i] ?? 0) * clusterSize - lengthOf(node));
  }
  yield* zeros((layout.sectors - layout.firstData) * SECTOR - used * clusterSize);
}

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

function directoryBytes(directory: Directory, label: string, firsts: ReadonlyMap<Node, number>): Uint8Array {
  const bytes = new Uint8Array(bytesOf(directory));
  let at = 0;
  const put = (entries: Uint8Array) => {
    bytes.set(entries, at);
    at += entries.length;
  };
  const { parent } = directory;
  if (parent) {
    const self = { attributes: ATTRIBUTE.directory, size: 0 };
    put(shortEntry({ ...self, alias: '.'.padEnd(11), first: firsts.get(directory) ?? 0 }));
    // The root is 0 here even where it has a cluster.
    const above = parent.parent ? (firsts.get(parent) ?? 0) : 0;
    put(shortEntry({ ...self, alias: '..'.padEnd(11), first: above }));
  } else {
    put(shortEntry({ alias: label, attributes: ATTRIBUTE.label, first: 0, size: 0 }));
  }
  const aliases = aliasesOf(directory.nodes.map(({ name }) => name));
  for (const [i, node] of directory.nodes.entries()) {
    const short = { alias: aliases[i] ?? '', first: firsts.get(node) ?? 0 };
    put(
      entriesFor(
        node.name,
        isDirectory(node)
          ? { ...short, attributes: ATTRIBUTE.directory, size: 0 }
          : { ...short, attributes: ATTRIBUTE.file, size: sizeOf(node.content) },
      ),
    );
  }
  return bytes;
}

const MOST_ZEROS = 32_768;

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= MOST_ZEROS) yield new Uint8Array(Math.min(left, MOST_ZEROS));
}
