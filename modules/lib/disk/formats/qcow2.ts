import { HEAD, kindOf } from './detect.ts';

/** The header of a qcow2. */
export interface Qcow2 {
  /** Bytes that a guest sees. */
  readonly size: number;
  /** Bytes. */
  readonly clusterSize: number;
  /** The backing file as recorded: a path, perhaps relative to the disk's directory, or `json:{…}`. */
  readonly backing: string | undefined;
  /** The format of the backing file, if recorded. */
  readonly backingFormat: string | undefined;
  /** Whether its content is in another file. */
  readonly external: boolean;
  /** The data file as recorded. */
  readonly dataFile: string | undefined;
}

/** The feature bit of an external data file. */
const EXTERNAL_DATA_FILE = 4n;

/** Bytes of the header by version. Version 1 has another layout, and isn't supported. */
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

/** Bytes. The name is in the first cluster, which has 2 MiB at most. */
const LONGEST_HEADER = 2 * 1024 ** 2;

/**
 * The number of bytes at a file's beginning that hold the whole header.
 * @param head its first HEAD bytes
 */
export function headerLength(head: Uint8Array): number {
  const layout = layoutOf(head);
  if (!layout) return HEAD;
  const [, named] = layout.backing;
  // Without a backing file, the end of the extensions isn't recorded.
  const end = layout.external ? Math.max(named, layout.extensions[1]) : named;
  return Math.max(HEAD, Math.min(end, LONGEST_HEADER));
}

// As QEMU reads it: up to a NUL, and with a byte order mark.
const textIn = (bytes: Uint8Array) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\0')[0] || undefined;

// Each header extension has a type, a length, and data padded to eight bytes. Of two with one type the last counts.
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
 * @param head its first bytes, `headerLength` of them
 * @returns undefined when it isn't a complete qcow2 header
 */
export function qcow2Of(head: Uint8Array): Qcow2 | undefined {
  const layout = layoutOf(head);
  if (!layout || layout.backing[1] > head.length) return undefined;
  const { clusterSize, external, backing, extensions } = layout;
  const values = extensionsIn(head, extensions);
  const name = backing[0] > 0 ? textIn(head.subarray(...backing)) : undefined;
  return {
    size: Number(viewOf(head).getBigUint64(24)),
    clusterSize,
    backing: name,
    backingFormat: name === undefined ? undefined : values.get(EXTENSIONS.backingFormat),
    external,
    dataFile: external ? values.get(EXTENSIONS.dataFile) : undefined,
  };
}
