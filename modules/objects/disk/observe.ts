import { basename } from 'node:path';
import { observeEach } from '../../lib/ansible/plan.ts';
import { fileNameOf } from '../../lib/disk/fetch/file-name.ts';
import { readChecksum } from '../../lib/disk/fetch/read-checksum.ts';
import { inspectAs } from '../../lib/disk/image/inspect.ts';
import { storedPath, templateKey } from '../../lib/disk/template/key.ts';
import { inspectSource, requireReadable } from '../../lib/disk/template/source.ts';
import type { Host } from '../../lib/host/host.ts';
import { type Once, onlyOnce } from '../../lib/host/once.ts';
import { existingAt } from './existing.ts';
import type { DiskOptions } from './options.ts';
import { isKept, type State } from './plan.ts';

async function observeSource(host: Host, given: string, backingChain: boolean): Promise<State['source']> {
  const found = await inspectSource(host, given);
  if (found?.disk) await requireReadable(host, found, found.path, backingChain);
  return found;
}

async function observeDisk(host: Host, options: DiskOptions, once: Once): Promise<State> {
  const { source, url, checksum: given, member, templates, backing_chain } = options;
  const nothing = { source: undefined, checksum: undefined, kept: undefined };
  const disk = await existingAt(host, options);
  if (disk || options.state === 'absent') return { disk, ...nothing };
  const found =
    source === undefined
      ? undefined
      : await once(`source ${source} ${backing_chain}`, () => observeSource(host, source, backing_chain));
  const name = url === undefined ? basename(source ?? '') : fileNameOf(url);
  const checksum =
    given === undefined
      ? undefined
      : await once(`checksum ${given} ${name}`, () => readChecksum(host, given, name));
  const path =
    checksum && isKept(options, found) ? storedPath(templates, templateKey(checksum, member)) : undefined;
  const kept =
    path === undefined ? undefined : await once(`kept ${path}`, () => inspectAs(host, path, 'qcow2'));
  return { disk: undefined, source: found, checksum, kept: kept?.disk };
}

/** Reads the disks of all items, and the sources of those that don't exist. */
export function observe(host: Host, items: readonly DiskOptions[]): Promise<(State | Error)[]> {
  const once = onlyOnce();
  return observeEach(items, (options) => observeDisk(host, options, once));
}
