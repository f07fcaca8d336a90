import { type Host, readText } from '../../lib/host/host.ts';
import { nodeVersion } from '../../lib/host/self.ts';

// What a host is, mostly by files of the kernel (proc(5)).

/** A file system. Sizes are bytes. */
export interface FileSystem {
  /** Where it is mounted. */
  readonly path: string;
  readonly size: number;
  /** What can still be written. */
  readonly available: number;
}

/** A host. Sizes are bytes. */
export interface HostInfo {
  readonly hostname: string;
  readonly release: string;
  readonly kernel: string;
  /** Seconds. */
  readonly uptime: number;
  /** `load` is the mean of the last minute. */
  readonly cpu: { readonly model: string; readonly count: number; readonly load: number };
  readonly memory: { readonly total: number; readonly available: number };
  readonly filesystems: readonly FileSystem[];
  /** By the name of a program. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Milliseconds for a program that only looks. */
const TIMEOUT = 10_000;

/** The system's name for people, of os-release(5). Pure. */
export function releaseOf(text: string): string {
  const [, value = ''] = /^PRETTY_NAME=(.*)$/m.exec(text) ?? [];
  return value.trim().replace(/^(["'])(.*)\1$/, '$2');
}

/** Model and number of processors, of /proc/cpuinfo. An ARM processor doesn't tell its model. Pure. */
export const cpuOf = (text: string): { model: string; count: number } => ({
  model: /^model name\s*:\s*(.*)$/m.exec(text)?.[1]?.trim() ?? '',
  count: text.match(/^processor\s*:/gm)?.length ?? 0,
});

/** Bytes, of /proc/meminfo, which has KiB. Pure. */
export function memoryOf(text: string): HostInfo['memory'] {
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { total: bytes('MemTotal'), available: bytes('MemAvailable') };
}

// proc(5): white space and backslashes are octal numbers there.
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));

/** Where the file system of a path is mounted, of /proc/self/mounts. Pure. @param path without links */
export function mountOf(mounts: string, path: string): string {
  const points = mounts.split('\n').map((line) => unescaped(line.split(' ')[1] ?? ''));
  const above = points.filter(
    (point) => point !== '' && `${path}/`.startsWith(point === '/' ? '/' : `${point}/`),
  );
  return above.reduce((longest, point) => (point.length > longest.length ? point : longest), '/');
}

/** The versions that `virsh version` prints. Pure. */
export function versionsOf(text: string): Record<string, string> {
  const libvirt = /^Using library: libvirt (\S+)$/m.exec(text)?.[1];
  const qemu = /^Running hypervisor: QEMU (\S+)$/m.exec(text)?.[1];
  return { ...(libvirt === undefined ? {} : { libvirt }), ...(qemu === undefined ? {} : { qemu }) };
}

async function readFileSystems(host: Host, directories: readonly string[]): Promise<FileSystem[]> {
  const mounts = (await readText(host, '/proc/self/mounts')) ?? '';
  const real = await Promise.all(directories.map((path) => host.realPath(path).catch(() => undefined)));
  const points = ['/', ...real.flatMap((path) => (path === undefined ? [] : mountOf(mounts, path)))];
  const found = await Promise.all(
    [...new Set(points)].map(async (path) => {
      const space = await host.space(path).catch(() => undefined);
      return space ? [{ path, ...space }] : [];
    }),
  );
  return found.flat();
}

async function readVersions(host: Host): Promise<Record<string, string>> {
  const { stdout } = await host
    .run('/usr/sbin/dnsmasq', ['--version'], { timeout: TIMEOUT })
    .catch(() => ({ stdout: '' }));
  const dnsmasq = /^Dnsmasq version (\S+)/.exec(stdout)?.[1];
  return { ...(dnsmasq === undefined ? {} : { dnsmasq }), node: nodeVersion() };
}

/**
 * Reads what a host is. A program that is missing has no version; those of libvirt and Open vSwitch are read with what they have.
 * @param directories those of disks and templates; one that doesn't exist is ignored
 */
export async function readHost(host: Host, directories: readonly string[]): Promise<HostInfo> {
  const files = ['hostname', 'osrelease'].map((name) => `/proc/sys/kernel/${name}`);
  const proc = ['uptime', 'loadavg', 'cpuinfo', 'meminfo'].map((name) => `/proc/${name}`);
  const [texts, filesystems, versions] = await Promise.all([
    Promise.all(
      [...files, ...proc, '/etc/os-release'].map(async (path) => (await readText(host, path)) ?? ''),
    ),
    readFileSystems(host, directories),
    readVersions(host),
  ]);
  const [hostname = '', kernel = '', uptime = '', load = '', cpu = '', memory = '', release = ''] = texts;
  return {
    hostname: hostname.trim(),
    release: releaseOf(release),
    kernel: kernel.trim(),
    uptime: Math.floor(Number.parseFloat(uptime) || 0),
    cpu: { ...cpuOf(cpu), load: Number.parseFloat(load) || 0 },
    memory: memoryOf(memory),
    filesystems,
    versions,
  };
}
