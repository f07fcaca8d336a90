import { type Module, observeEach } from '../lib/ansible/plan.ts';
import { imageInfo, sourceKind } from '../lib/disk/image.ts';
import type { Host } from '../lib/host/host.ts';
import { applyStep } from './apply.ts';
import { checkOptions, type ImageOptions, planDisk, type State, type Step } from './plan.ts';
import { spec } from './spec.ts';

/** What many disks of one task share, the template, is looked at once. */
class Templates {
  readonly #seen = new Map<string, Promise<unknown>>();
  constructor(readonly host: Host) {}

  once<T>(key: string, look: () => Promise<T>): Promise<T> {
    const known = this.#seen.get(key) ?? look();
    this.#seen.set(key, known);
    return known as Promise<T>;
  }
}

async function observeDisk(host: Host, options: ImageOptions, templates: Templates): Promise<State> {
  const { dest, source: path, checksum, size } = options;
  const there = await host.stat(dest);
  const nothing = { source: 'disk', sourceInfo: undefined, digest: undefined } as const;
  if (there) return { disk: size === undefined ? 'unread' : await imageInfo(host, dest), ...nothing };
  const source = await templates.once(`kind ${path}`, () => sourceKind(host, path));
  const algorithm = checksum?.startsWith('sha512:') ? 'sha512' : 'sha256';
  return {
    disk: undefined,
    source,
    sourceInfo:
      source === 'disk' ? await templates.once(`info ${path}`, () => imageInfo(host, path)) : undefined,
    digest:
      checksum !== undefined && source !== 'absent'
        ? await templates.once(`${algorithm} ${path}`, () => host.digest(path, algorithm))
        : undefined,
  };
}

export const module: Module<ImageOptions, State, Step> = {
  spec,
  key: ({ dest }) => dest,
  check: checkOptions,
  observe: (host, items) => {
    const templates = new Templates(host);
    return observeEach(items, (options) => observeDisk(host, options, templates));
  },
  plan: planDisk,
  apply: applyStep,
};
