import { dirname } from 'node:path';
import { type Module, type Once, observeEach, onlyOnce } from '../lib/ansible/plan.ts';
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

async function sourceFile(host: Host, path: string): Promise<SourceFile | undefined> {
  const file = await host.stat(path);
  if (!file) return undefined;
  if (file.kind !== 'file') throw new Failure(`${path} is no file: a seed holds files`);
  return { size: file.size, digest: await host.digest(path, 'sha256') };
}

// The files on the host that a seed is to hold, each looked at once however many seeds hold it.
async function sourcesOf(host: Host, options: IsoOptions, once: Once): Promise<State['sources']> {
  const paths = extraFiles(options.extra_files).flatMap((extra) => ('source' in extra ? extra.source : []));
  const found = paths.map(async (path) => {
    const file = await once(path, () => sourceFile(host, path));
    return file ? ([[path, file]] as const) : [];
  });
  return new Map((await Promise.all(found)).flat());
}

async function observe(host: Host, options: IsoOptions, once: Once): Promise<State> {
  const { dest, state } = options;
  const file = await host.stat(dest);
  if (file && file.kind !== 'file') throw new Failure(`${dest} is there, and is no file`);
  const seed = file ? await host.withImage(dest, storedSeed) : undefined;
  if (state === 'absent') {
    return { file, seed, sources: new Map(), wanted: { mode: 0, uid: undefined, gid: undefined } };
  }
  const wanted = await wantedAttributes(host, options);
  return { file, seed, sources: await sourcesOf(host, options, once), wanted };
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
    const once = onlyOnce();
    return observeEach(items, (options) => observe(host, options, once));
  },
  plan: planIso,
  apply,
};
