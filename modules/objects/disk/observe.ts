import { basename } from 'node:path';
import { type Once, observeEach, onlyOnce } from '../../lib/ansible/plan.ts';
import { checksumOf } from '../../lib/disk/checksum.ts';
import { fileNameOf } from '../../lib/disk/fetch.ts';
import { lookInto } from '../../lib/disk/image.ts';
import { keyOf, storedAs } from '../../lib/disk/store.ts';
import type { Host } from '../../lib/host/host.ts';
import type { DiskOptions } from './options.ts';
import { isKept, type State } from './plan.ts';

async function observeSource(host: Host, given: string): Promise<State['source']> {
  const path = await host.realPath(given);
  const found = path === undefined ? undefined : await lookInto(host, path);
  return path === undefined || found === undefined ? undefined : { ...found, path };
}

async function observeDisk(host: Host, options: DiskOptions, once: Once): Promise<State> {
  const { dest, source, url, checksum: given, member, templates } = options;
  const nothing = { source: undefined, checksum: undefined, kept: undefined };
  const disk = await lookInto(host, dest);
  if (disk) return { disk, ...nothing };
  const found =
    source === undefined ? undefined : await once(`source ${source}`, () => observeSource(host, source));
  const name = url === undefined ? basename(source ?? '') : fileNameOf(url);
  const checksum =
    given === undefined
      ? undefined
      : await once(`checksum ${given} ${name}`, () => checksumOf(host, given, name));
  const path = checksum && isKept(options, found) ? storedAs(templates, keyOf(checksum, member)) : undefined;
  const kept = path === undefined ? undefined : await once(`kept ${path}`, () => lookInto(host, path));
  return { disk: undefined, source: found, checksum, kept: kept?.disk };
}

/** Reads the disks of all items, and what those are to be made of that aren't there. */
export function observe(host: Host, items: readonly DiskOptions[]): Promise<(State | Error)[]> {
  const once = onlyOnce();
  return observeEach(items, (options) => observeDisk(host, options, once));
}
