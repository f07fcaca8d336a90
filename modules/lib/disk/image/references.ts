import { dirname } from 'node:path';
import type { Disk } from './disk.ts';

/** A file that a disk needs beside its own. */
export interface Reference {
  /** Undefined where it is no file of this host. */
  readonly path: string | undefined;
  /** The format that QEMU opens it in, where that is written down. */
  readonly format: string | undefined;
  /** Why it must not be opened, and the way out. */
  readonly problem: string | undefined;
}

interface Place {
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
 * The path in what a disk says of another file: a path, or a description of one as JSON (qemu(1), "json:"). It isn't said
 * that QEMU opens that, and nothing else: see placeIn.
 * @returns undefined where that is no file of this host, but a server's
 */
export function referencedPath(name: string): string | undefined {
  if (name.startsWith('json:')) return filenameIn(parsed(name.slice(5)));
  const plain = name.replace(/^file:/, '');
  return /^[a-z][a-z0-9+.-]*:/.test(plain) && plain === name ? undefined : plain || undefined;
}

// A node of a format has the file that it is in as a node of its own, however many there are in each other.
function filenameIn(described: unknown): string | undefined {
  if (typeof described !== 'object' || described === null) return undefined;
  for (const [key, value] of Object.entries(described)) {
    if (/^(file\.)*filename$/.test(key) && typeof value === 'string') return value;
  }
  return filenameIn((described as Record<string, unknown>).file);
}

// The place that QEMU opens, where it is a file of this host and nothing more is said of it: what stands before a colon
// is a protocol to it (block.c, path_has_protocol), and what isn't a plain path is relative to where it runs.
function placeIn(name: string): Place | undefined {
  if (name.startsWith('json:')) return describedIn(parsed(name.slice(5)));
  if (name.startsWith('file:/')) return { path: name.slice(5) };
  return name === '' || /^[^/]*:/.test(name) ? undefined : { path: name };
}

const PROTOCOLS: readonly unknown[] = [undefined, 'file', 'host_device'];

function describedIn(described: unknown): Place | undefined {
  const all = leavesOf(described, '');
  const said = new Map(all);
  if (said.size < all.length) return undefined;
  // One node, or a format's node over the file's.
  const file = said.has('file.filename') ? 'file.' : '';
  const path = said.get(`${file}filename`);
  const format = file ? said.get('driver') : undefined;
  const known = [`${file}filename`, `${file}driver`, 'driver'];
  const isPlain = all.every(([key]) => known.includes(key)) && PROTOCOLS.includes(said.get(`${file}driver`));
  if (!isPlain || typeof path !== 'string' || !path.startsWith('/')) return undefined;
  return format === undefined || typeof format === 'string' ? { path, format } : undefined;
}

function leavesOf(node: unknown, prefix: string): [string, unknown][] {
  if (typeof node !== 'object' || node === null) return [[prefix.slice(0, -1), node]];
  return Object.entries(node).flatMap(([key, value]) => leavesOf(value, `${prefix}${key}.`));
}

type Named = Pick<Disk, 'path' | 'format' | 'backing' | 'backingFormat' | 'external' | 'dataFile'>;

/** The files that a disk's header says it needs: its backing file, and the one that has its content. */
export function referencesOf(disk: Named): Reference[] {
  const { backing, backingFormat, external, dataFile } = disk;
  return [
    ...(external ? [needOf(disk, dataFile ?? '', 'raw')] : []),
    ...(backing === undefined ? [] : [needOf(disk, backing, backingFormat)]),
  ];
}

function needOf({ path: disk, format: kind }: Named, name: string, recorded: string | undefined): Reference {
  const place = placeIn(name);
  const said = place?.path ?? referencedPath(name);
  const path = said === undefined || said.startsWith('/') ? said : `${dirname(disk)}/${said}`;
  const format = place?.format ?? recorded;
  const isPlain = place && (recorded === undefined || format === recorded);
  if (!isPlain) {
    const problem = `${disk} refers to '${name}', which is no plain file of this host: make a disk in one file where that can be read`;
    return { path, format: undefined, problem };
  }
  if (format !== undefined) return { path, format, problem: undefined };
  const way =
    kind === 'qcow2'
      ? `write it down (qemu-img rebase -u -F FORMAT -b '${name}' ${disk})`
      : `make a disk in one file of it, if you trust it (qemu-img convert -f ${kind} -O qcow2)`;
  return { path, format, problem: `${disk} doesn't say which format its backing file ${path} has: ${way}` };
}
