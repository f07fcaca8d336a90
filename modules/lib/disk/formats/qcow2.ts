import { HEAD, kindOf } from './detect.ts';
/** What a qcow2 says of itself in its first bytes. */
export interface Qcow2 {
  /** Bytes that a guest sees. */
  readonly size: number;
  /** Bytes. */
  readonly clusterSize: number;
  /** The backing file as it is written there: a path, perhaps from the disk's own directory, or `json:{…}`. */
  readonly backing: string | undefined;
  /** The format of that, where it is written there. */
  readonly backingFormat: string | undefined;
  /** Whether its content is in another file. */
  readonly external: boolean;
  /** That file as it is written there. */
  readonly dataFile: string | undefined;
}

/** The incompatible feature of a data file of its own. */
const EXTERNAL_DATA_FILE = 4n;

/** The bytes of a header of each version: the first has another layout, and is none of ours. */
const HEADER: Readonly<Record<number, number>> = { 2: 72, 3: 104 };

/** The header extensions that name other files, or their formats. */
const EXTENSIONS = { backingFormat: 0xe2792aca, dataFile: 0x44415441 } as const;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

interface Layout {
  readonly clusterSize: number;
  readonly external: boolean;
  /** Where the name of the backing file begins and ends. */
  readonly backing: readonly [number, number];
  /** Where the header extensions begin and end. */
  readonly extensions: readonly [number, number];
}

function layoutOf(head: Uint8Array): Layout | undefined {
  if (kindOf(head) !== 'qcow2' || head.length < 8) return undefined;
  const view = viewOf(head);
  const version = view.getUint32(4);
  const length = HEADER[version];
  if (length === undefined || head.length < length) return undefined;
  const clusterSize = 2 ** view.getUint32(20);
  const at = Number(view.getBigUint64(8));
  return {
    clusterSize,
    external: version >= 3 && (view.getBigUint64(72) & EXTERNAL_DATA_FILE) !== 0n,
    backing: [at, at === 0 ? 0 : at + view.getUint32(16)],
    // As QEMU reads them (block/qcow2.c, qcow2_do_open).
    extensions: [version >= 3 ? view.getUint32(100) : length, at === 0 ? clusterSize : at],
  };
}

/** The name is in the first cluster, which is 2 MiB at most. */
const LONGEST_HEADER = 2 * 1024 ** 2;

/**
 * So many bytes of a file's beginning must be there to know a disk's header.
 * @param head its first HEAD bytes
 */
export function headerLength(head: Uint8Array): number {
  const layout = layoutOf(head);
  if (!layout) return HEAD;
  const [, named] = layout.backing;
  // Of one without a backing file nothing tells where the extensions end.
  const end = layout.external ? Math.max(named, layout.extensions[1]) : named;
  return Math.max(HEAD, Math.min(end, LONGEST_HEADER));
}

// As QEMU takes it, in C. A name that begins with a mark of byte order has it.
const textIn = (bytes: Uint8Array) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\0')[0] || undefined;

// The header extensions: a type, a length, and so many bytes, filled up to eight. Of two that are alike the last counts.
function extensionsIn(
  head: Uint8Array,
  [start, end]: readonly [number, number],
): Map<number, string | undefined> {
  const view = viewOf(head);
  const found = new Map<number, string | undefined>();
  const last = Math.min(end, head.length);
  for (let at = start; at + 8 <= last; ) {
    const type = view.getUint32(at);
    const length = view.getUint32(at + 4);
    if (type === 0 || at + 8 + length > last) break;
    found.set(type, textIn(head.subarray(at + 8, at + 8 + length)));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

/**
 * Reads the header of a qcow2 (QEMU's docs/interop/qcow2.txt, "Header").
 * @param head its first bytes, as many as `headerLength` says
 * @returns undefined for what is no whole header of one
 */
export function qcow2Of(head: Uint8Array): Qcow2 | undefined {
  const layout = layoutOf(head);
  if (!layout || layout.backing[1] > head.length) return undefined;
  const { clusterSize, external, backing, extensions } = layout;
  const said = extensionsIn(head, extensions);
  const name = backing[0] > 0 ? textIn(head.subarray(...backing)) : undefined;
  return {
    size: Number(viewOf(head).getBigUint64(24)),
    clusterSize,
    backing: name,
    backingFormat: name === undefined ? undefined : said.get(EXTENSIONS.backingFormat),
    external,
    dataFile: external ? said.get(EXTENSIONS.dataFile) : undefined,
  };
}
