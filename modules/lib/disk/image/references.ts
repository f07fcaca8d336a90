import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

/** Another file that a disk's header names. */
export interface Reference {
  /** Undefined when it isn't a file of this host. */
  readonly path: string | undefined;
  /** The format in which QEMU opens it, if the header records it. */
  readonly format: string | undefined;
  /** Why it must not be opened, and how to fix that. */
  readonly problem: string | undefined;
}

interface PlainFile {
  readonly path: string;
  readonly format?: string | undefined;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The path in a disk's reference to another file: a path, or JSON that describes a block device (qemu(1), "json:"). QEMU may
 * open other files for it, too: see plainFileIn.
 * @returns undefined when it is on a server
 */
export function referencedPath(name: string): string | undefined {
  if (name.startsWith('json:')) return filenameIn(parsed(name.slice(5)));
  const plain = name.replace(/^file:/, '');
  return /^[a-z][a-z0-9+.-]*:/.test(plain) && plain === name ? undefined : plain || undefined;
}

// The node of a format contains the node of its file, at any depth.
function filenameIn(described: unknown): string | undefined {
  if (typeof described !== 'object' || described === null) return undefined;
  for (const [key, value] of Object.entries(described)) {
    if (/^(file\.)*filename$/.test(key) && typeof value === 'string') return value;
  }
  return filenameIn((described as Record<string, unknown>).file);
}

// The file of this host that QEMU opens, and only that file. QEMU takes text before a colon as a protocol (block.c,
// path_has_protocol). A path that isn't plain is relative to QEMU's working directory.
function plainFileIn(name: string): PlainFile | undefined {
  if (name.startsWith('json:')) return plainFileInJson(parsed(name.slice(5)));
  if (name.startsWith('file:/')) return { path: name.slice(5) };
  return name === '' || /^[^/]*:/.test(name) ? undefined : { path: name };
}

const PROTOCOLS: readonly unknown[] = [undefined, 'file', 'host_device'];

function plainFileInJson(described: unknown): PlainFile | undefined {
  const all = leavesOf(described, '');
  const values = new Map(all);
  if (values.size < all.length) return undefined;
  // The node of the file, or that of a format with the file's node inside.
  const file = values.has('file.filename') ? 'file.' : '';
  const path = values.get(`${file}filename`);
  const format = file ? values.get('driver') : undefined;
  const known = [`${file}filename`, `${file}driver`, 'driver'];
  const isPlain =
    all.every(([key]) => known.includes(key)) && PROTOCOLS.includes(values.get(`${file}driver`));
  if (!isPlain || typeof path !== 'string' || !path.startsWith('/')) return undefined;
  return format === undefined || typeof format === 'string' ? { path, format } : undefined;
}

function leavesOf(node: unknown, prefix: string): [string, unknown][] {
  if (typeof node !== 'object' || node === null) return [[prefix.slice(0, -1), node]];
  return Object.entries(node).flatMap(([key, value]) => leavesOf(value, `${prefix}${key}.`));
}

type Named = Pick<Disk, 'path' | 'format' | 'backing' | 'backingFormat' | 'external' | 'dataFile'>;

/** The files that a disk's header names: its data file and its backing file. */
export function referencesOf(disk: Named): Reference[] {
  const { backing, backingFormat, external, dataFile } = disk;
  return [
    ...(external ? [referenceOf(disk, dataFile ?? '', 'raw')] : []),
    ...(backing === undefined ? [] : [referenceOf(disk, backing, backingFormat)]),
  ];
}

function referenceOf(
  { path: disk, format: kind }: Named,
  name: string,
  recorded: string | undefined,
): Reference {
  const plain = plainFileIn(name);
  const target = plain?.path ?? referencedPath(name);
  const path = target === undefined || target.startsWith('/') ? target : `${dirname(disk)}/${target}`;
  const format = plain?.format ?? recorded;
  const isPlain = plain && (recorded === undefined || format === recorded);
  if (!isPlain) {
    const problem = `${disk} refers to '${name}', which is not a plain file of this host: make a disk in one file where that can be read`;
    return { path, format: undefined, problem };
  }
  if (format !== undefined) return { path, format, problem: undefined };
  const advice =
    kind === 'qcow2'
      ? `record it (qemu-img rebase -u -F FORMAT -b '${name}' ${disk})`
      : `make a disk in one file of it, if you trust it (qemu-img convert -f ${kind} -O qcow2)`;
  return {
    path,
    format,
    problem: `${disk} doesn't say which format its backing file ${path} has: ${advice}`,
  };
}
