import { dirname, resolve } from 'node:path';
import { Failure } from '../../../modules/lib/failure.ts';
import type { Download } from '../../../modules/lib/host/download.ts';
import type { FileInfo, Host, Progress, Ran } from '../../../modules/lib/host/host.ts';
import type { Bytes } from '../../../modules/lib/volume.ts';

/** A pipe or a device: to read it is an error. */
type Special = { special: true; mode: number };
type Node =
  | Special
  | { bytes: Uint8Array; mode: number }
  | { link: string }
  | { directory: true; mode: number };

/** What a host does that isn't about files; each is an error unless it is given. */
export interface Rest {
  readonly run?: (program: string, args: readonly string[]) => Partial<Ran> | Promise<Partial<Ran>>;
  readonly download?: (url: string, from: number) => Promise<Download>;
  /** Bytes that its files may have together. */
  readonly room?: number;
  /** Its clock. */
  readonly now?: () => number;
}

/** A host whose files are in memory. */
export interface Fake {
  readonly host: Host;
  readonly reports: Progress[];
  /** The programs that were run, with their arguments. */
  readonly commands: string[];
  /** The milliseconds that each was given. */
  readonly limits: (number | undefined)[];
  /** The files whose beginning was read. */
  readonly opened: ReadonlySet<string>;
  put(path: string, content: string | Uint8Array): void;
  /** Makes a pipe. */
  pipe(path: string): void;
  link(target: string, path: string): void;
  /** What a file holds, or undefined where there is none. */
  content(path: string): Uint8Array | undefined;
  mode(path: string): number | undefined;
  /** All files and links, sorted. */
  files(): string[];
}

/** Small pieces, but not too many of them. */
export async function* chunks(bytes: Uint8Array, size = bytes.length < 65_536 ? 7 : 65_536): Bytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function all(content: Bytes): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

export function fakeHost({ run, download, room = Number.MAX_SAFE_INTEGER, now = () => 0 }: Rest = {}): Fake {
  const nodes = new Map<string, Node>();
  const reports: Progress[] = [];
  const commands: string[] = [];
  const limits: (number | undefined)[] = [];
  const opened = new Set<string>();

  const real = (path: string): string => {
    const parent = path === '/' ? '/' : real(dirname(path));
    if (path.endsWith('/..')) return dirname(parent);
    const own = path === '/' ? '/' : `${parent === '/' ? '' : parent}/${path.split('/').pop()}`;
    const node = nodes.get(own);
    return node && 'link' in node ? real(resolve(dirname(own), node.link)) : own;
  };
  const at = (path: string) => nodes.get(real(path));
  const bytesAt = (path: string) => {
    const node = at(path);
    return node && 'bytes' in node ? node.bytes : undefined;
  };
  const makeDirectory = (path: string): void => {
    if (path === '/' || at(path)) return;
    makeDirectory(dirname(path));
    nodes.set(real(path), { directory: true, mode: 0o755 });
  };
  const put = (path: string, content: string | Uint8Array, mode = 0o644): void => {
    makeDirectory(dirname(path));
    nodes.set(real(path), { bytes: Buffer.from(content as string), mode });
  };

  const host: Partial<Host> = {
    async run(program, args, { timeout } = {}) {
      commands.push([program, ...args].join(' '));
      limits.push(timeout);
      if (!run) throw new Error(`${program} was run`);
      return { code: 0, stdout: '', stderr: '', ...(await run(program, args)) };
    },
    async stat(path) {
      const node = at(path);
      if (!node || 'link' in node) return undefined;
      const kind: FileInfo['kind'] = 'bytes' in node ? 'file' : 'special' in node ? 'other' : 'directory';
      const size = 'bytes' in node ? node.bytes.length : 0;
      return { kind, size, allocated: size, mode: node.mode, uid: 0, gid: 0 };
    },
    async list(directory) {
      const inside = [...nodes.keys()].filter((path) => path !== '/' && dirname(path) === real(directory));
      return inside.map((path) => path.split('/').pop() ?? '').sort();
    },
    async watch(program, args, { silence }) {
      await host.run?.(program, args, { timeout: silence });
    },
    realPath: async (path) => (at(path) ? real(path) : undefined),
    read: async (path) => bytesAt(path),
    async readStart(path, length) {
      const node = at(path);
      if (node && 'special' in node) throw new Error(`${path} was opened`);
      opened.add(real(path));
      return bytesAt(path)?.subarray(0, length);
    },
    stream(path) {
      const bytes = bytesAt(path);
      if (!bytes) throw new Failure(`${path}: it isn't there`);
      return chunks(bytes);
    },
    async writeSparse(path, content) {
      const bytes = await all(content);
      put(path, bytes, 0o600);
      return bytes.length;
    },
    async append(path, content) {
      // As the real one, which has by then what came before it broke off.
      for await (const chunk of content) put(path, Buffer.concat([bytesAt(path) ?? Buffer.of(), chunk]));
    },
    async remove(path) {
      const node = nodes.get(path);
      if (node && 'directory' in node) throw new Failure(`${path}: it is a directory`);
      nodes.delete(path);
    },
    async removeTree(path) {
      for (const one of [...nodes.keys()]) {
        if (one === path || one.startsWith(`${path}/`)) nodes.delete(one);
      }
    },
    makeDirectory: async (path) => makeDirectory(path),
    async withNewDirectory(prefix, use) {
      const path = `${prefix}random`;
      nodes.set(real(path), { directory: true, mode: 0o700 });
      try {
        return await use(path);
      } finally {
        await host.removeTree?.(path);
      }
    },
    async setAttributes(path, { mode }) {
      const node = at(path);
      if (node && !('link' in node) && mode !== undefined) node.mode = mode;
    },
    async publishNew(from, to) {
      const node = nodes.get(from);
      if (!node) throw new Error(`${from} isn't there`);
      if (nodes.has(to)) throw new Failure(`${to}: it is there already`);
      nodes.set(to, node);
      nodes.delete(from);
    },
    async publish(from, to) {
      const node = nodes.get(from);
      if (!node) throw new Error(`${from} isn't there`);
      nodes.set(to, node);
      nodes.delete(from);
    },
    async symlink(target, path) {
      makeDirectory(dirname(path));
      nodes.set(path, { link: target });
    },
    async download(url, from = 0) {
      if (!download) throw new Error(`${url} was fetched`);
      return download(url, from);
    },
    sleep: async () => undefined,
    space: async () => {
      const used = [...nodes.values()].map((node) => ('bytes' in node ? node.bytes.length : 0));
      return { size: room, available: room - used.reduce((sum, bytes) => sum + bytes, 0) };
    },
    now,
    report: (progress) => void reports.push(progress),
  };
  const unknown = (name: string) => () => {
    throw new Error(`this host has no ${name}`);
  };
  return {
    host: new Proxy(host as Host, { get: (known, name: keyof Host) => known[name] ?? unknown(name) }),
    reports,
    commands,
    limits,
    opened,
    put,
    pipe: (path) => {
      makeDirectory(dirname(path));
      nodes.set(real(path), { special: true, mode: 0o600 });
    },
    link: (target, path) => {
      makeDirectory(dirname(path));
      nodes.set(path, { link: target });
    },
    content: bytesAt,
    mode: (path) => {
      const node = at(path);
      return node && 'mode' in node ? node.mode : undefined;
    },
    files: () => [...nodes].flatMap(([path, node]) => ('directory' in node ? [] : path)).sort(),
  };
}
