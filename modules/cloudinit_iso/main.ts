import { dirname } from 'node:path';
import { type Module, observeEach } from '../lib/ansible/plan.ts';
import { extraFiles, type SourceFile } from '../lib/cloudinit/extra.ts';
import { storedSeed } from '../lib/cloudinit/stored.ts';
import { Failure } from '../lib/failure.ts';
import type { Host } from '../lib/host/host.ts';
import { checkOptions, type IsoOptions } from './desired.ts';
import { type Attributes, planIso, type State, type Step } from './plan.ts';
import { spec } from './spec.ts';

async function wantedAttributes(host: Host, { mode, owner, group }: IsoOptions): Promise<Attributes> {
  return {
    mode: Number.parseInt(mode, 8),
    uid: owner === undefined ? undefined : await host.userId(owner),
    gid: group === undefined ? undefined : await host.groupId(group),
  };
}

/** The files on the host that seeds are to hold, each looked at once however many seeds hold it. */
class Sources {
  readonly #seen = new Map<string, Promise<SourceFile | undefined>>();

  constructor(private readonly host: Host) {}

  async of(options: IsoOptions): Promise<State['sources']> {
    const found = extraFiles(options.extra_files).map(async (extra) => {
      const known = 'source' in extra ? await this.#once(extra.source) : undefined;
      return known && 'source' in extra ? ([[extra.source, known]] as const) : [];
    });
    return new Map((await Promise.all(found)).flat());
  }

  #once(path: string): Promise<SourceFile | undefined> {
    const known = this.#seen.get(path) ?? this.#look(path);
    this.#seen.set(path, known);
    return known;
  }

  async #look(path: string): Promise<SourceFile | undefined> {
    const file = await this.host.stat(path);
    if (!file) return undefined;
    if (file.kind !== 'file') throw new Failure(`${path} is no file: a seed holds files`);
    return { size: file.size, digest: await this.host.digest(path, 'sha256') };
  }
}

async function observe(host: Host, options: IsoOptions, sources: Sources): Promise<State> {
  const { dest, state } = options;
  const file = await host.stat(dest);
  if (file && file.kind !== 'file') throw new Failure(`${dest} is there, and is no file`);
  const seed = file ? await host.withImage(dest, storedSeed) : undefined;
  if (state === 'absent') {
    return { file, seed, sources: new Map(), wanted: { mode: 0, uid: undefined, gid: undefined } };
  }
  const wanted = await wantedAttributes(host, options);
  return { file, seed, sources: await sources.of(options), wanted };
}

async function apply(host: Host, step: Step, { dest }: IsoOptions): Promise<undefined> {
  if (step.act === 'remove') {
    await host.remove(dest);
    return;
  }
  const { mode, uid, gid } = step.attributes;
  const attributes = { mode, ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  if (step.act === 'attributes') await host.setAttributes(dest, attributes);
  else {
    await host.makeDirectory(dirname(dest));
    await host.write(dest, step.image, attributes);
  }
}

export const module: Module<IsoOptions, State, Step> = {
  spec,
  key: ({ dest }) => dest,
  check: checkOptions,
  observe: (host, items) => {
    const sources = new Sources(host);
    return observeEach(items, (options) => observe(host, options, sources));
  },
  plan: planIso,
  apply,
};
