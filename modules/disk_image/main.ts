import { basename } from 'node:path';
import { type Module, type Once, observeEach, onlyOnce } from '../lib/ansible/plan.ts';
import { checkChain } from '../lib/disk/chain.ts';
import { checksumOf } from '../lib/disk/checksum.ts';
import { fileNameOf } from '../lib/disk/fetch.ts';
import { lookAs } from '../lib/disk/image.ts';
import { sourceAt } from '../lib/disk/source.ts';
import { keyOf, storedAs } from '../lib/disk/store.ts';
import type { Host } from '../lib/host/host.ts';
import { applyStep } from './apply.ts';
import { existingAt } from './existing.ts';
import { checkOptions, type ImageOptions, isKept, planDisk, type State, type Step } from './plan.ts';
import { spec } from './spec.ts';

async function observeSource(host: Host, given: string): Promise<State['source']> {
  const found = await sourceAt(host, given);
  if (found?.disk) await checkChain(host, found.disk);
  return found;
}

async function observeDisk(host: Host, options: ImageOptions, once: Once): Promise<State> {
  const { source, url, checksum: given, member, templates } = options;
  const nothing = { source: undefined, checksum: undefined, kept: undefined };
  const disk = await existingAt(host, options);
  if (disk) return { disk, ...nothing };
  const found =
    source === undefined ? undefined : await once(`source ${source}`, () => observeSource(host, source));
  const name = url === undefined ? basename(source ?? '') : fileNameOf(url);
  const checksum =
    given === undefined
      ? undefined
      : await once(`checksum ${given} ${name}`, () => checksumOf(host, given, name));
  const path = checksum && isKept(options, found) ? storedAs(templates, keyOf(checksum, member)) : undefined;
  const kept = path === undefined ? undefined : await once(`kept ${path}`, () => lookAs(host, path, 'qcow2'));
  return { disk: undefined, source: found, checksum, kept: kept?.disk };
}

export const module: Module<ImageOptions, State, Step> = {
  spec,
  key: ({ dest }) => dest,
  check: checkOptions,
  observe: (host, items) => {
    const once = onlyOnce();
    return observeEach(items, (options) => observeDisk(host, options, once));
  },
  plan: planDisk,
  weight: (step) => (step.act === 'create' ? step.weight : 0),
  apply: applyStep,
};
