import { basename, join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { shownUrl } from '../../host/url.ts';
import { fetchTo } from '../fetch/download.ts';
import { fileNameOf } from '../fetch/file-name.ts';
import { type Disk, requireOneFile } from '../image/disk.ts';
import { inspectOneFile } from '../image/inspect.ts';
import { convert, reflink } from '../image/write.ts';
import { type Extracted, extract } from '../partition/extract.ts';
import { readRootArchive } from '../unpack/root-archive.ts';
import { unpack, unpackRoot } from '../unpack/unpack.ts';
import { checkRemovable, readSafely } from '../usage/guards.ts';
import { withWorkDirectory } from '../work-directory.ts';
import { bootPathsOf, type Origin, storeDirectory, storedPath } from './key.ts';
import { inspectSource } from './source.ts';

/** A template is read-only. */
const MODE = 0o444;

/**
 * Makes a template: downloads its origin, verifies and unpacks it, and stores it as a qcow2, or as the archive of a root, that
 * doesn't change any more. An existing template stays as it is.
 * @returns its path
 */
export async function keepTemplate(
  host: Host,
  directory: string,
  key: string,
  origin: Origin,
): Promise<string> {
  const path = storedPath(directory, key);
  if (await host.stat(path)) return path;
  const part = join(storeDirectory(directory), `${key}.part`);
  const { source, take = false } = origin;
  await withWorkDirectory(host, path, async (work) => {
    if (await host.stat(path)) return;
    if (take && source !== undefined) await checkRemovable(host, source);
    const { disk: made, ...boot } = await madeFrom(host, origin, part, work);
    await host.setAttributes(made, { mode: MODE });
    // Before the template: where that exists, so do they.
    for (const kind of ['kernel', 'initrd'] as const) {
      const file = boot[kind];
      if (file === undefined) continue;
      await host.setAttributes(file, { mode: MODE });
      await host.publish(file, bootPathsOf(path)[kind]);
    }
    // Removed before the template exists: a later run that finds the template doesn't look for its origin.
    if (made !== part) await host.remove(part);
    await host.publishNew(made, path);
  });
  if (take && source !== undefined) await host.remove(source);
  return path;
}

async function madeFrom(host: Host, origin: Origin, part: string, work: string): Promise<Extracted> {
  const { url, checksum } = origin;
  const make = () => (origin.root ? rootFrom : diskFrom)(host, origin, part, work);
  return url !== undefined && checksum ? fetchTo(host, url, part, checksum, make) : make();
}

async function diskFrom(host: Host, origin: Origin, part: string, work: string): Promise<Extracted> {
  const { url, source = part, checksum, member } = origin;
  const found = url === undefined ? await inspectSource(host, source) : undefined;
  const name = url === undefined ? basename(source) : fileNameOf(url);
  const packed = {
    ...{ path: source, kind: found?.kind, name, member },
    checksum: url === undefined ? checksum : undefined,
  };
  const unpacked = await unpack(host, packed, work);
  const shown = url === undefined ? source : shownUrl(url);
  const whole = unpacked !== source || url !== undefined;
  const disk = whole ? await inspectOneFile(host, unpacked, shown) : requireOneFile(found, shown);
  const from = { ...disk, path: unpacked };
  if (origin.part) {
    try {
      return await extract(host, from, work, origin.part, shown);
    } catch (error) {
      // With another partition, it would be downloaded under another name.
      await host.remove(part);
      throw error;
    }
  }
  const made = await asQcow2(host, from, work, { whole, take: origin.take === true });
  return { disk: made, kernel: undefined, initrd: undefined };
}

/** The archive of a container's root. It isn't extracted before a container is made: then its users are known. */
async function rootFrom(host: Host, origin: Origin, part: string, work: string): Promise<Extracted> {
  const { url, source = part, checksum } = origin;
  const shown = url === undefined ? source : shownUrl(url);
  const made = join(work, 'root.tar');
  const name = url === undefined ? basename(source) : fileNameOf(url);
  await unpackRoot(host, { path: source, name, checksum: url === undefined ? checksum : undefined }, made);
  await readRootArchive(host, made, shown);
  return { disk: made, kernel: undefined, initrd: undefined };
}

// `whole` is a disk that no other program uses.
async function asQcow2(
  host: Host,
  disk: Disk,
  work: string,
  { whole, take }: { whole: boolean; take: boolean },
) {
  if (whole && disk.format === 'qcow2') return disk.path;
  const made = join(work, 'template');
  await readSafely(host, disk, async () => {
    if (disk.format === 'qcow2') {
      if (take && (await hasOneName(host, disk.path))) {
        if ((await host.run('ln', ['--', disk.path, made])).code === 0) return;
      }
      if (await reflink(host, disk.path, made)) return;
    }
    await convert(host, disk, made, { format: 'qcow2', preallocation: 'off', clusterSize: undefined });
  });
  return made;
}

// Through another name, or the link's target, a program could still write to the template.
async function hasOneName(host: Host, path: string): Promise<boolean> {
  if ((await host.realPath(path)) !== path) return false;
  return (await host.run('stat', ['-c', '%h', '--', path])).stdout.trim() === '1';
}
