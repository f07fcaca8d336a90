import { dirname } from 'node:path';
import { type Module, observeEach } from '../lib/ansible/plan.ts';
import type { Host } from '../lib/host/host.ts';
import { IsoError } from '../lib/iso9660/image.ts';
import { isoFiles } from '../lib/iso9660/memory.ts';
import { type Attributes, checkOptions, type IsoOptions, planIso, type State, type Step } from './plan.ts';
import { spec } from './spec.ts';

async function wantedAttributes(host: Host, { mode, owner, group }: IsoOptions): Promise<Attributes> {
  return {
    mode: Number.parseInt(mode, 8),
    uid: owner === undefined ? undefined : await host.userId(owner),
    gid: group === undefined ? undefined : await host.groupId(group),
  };
}

// A file that isn't a readable seed is one to be replaced, which the plan then says.
async function contentOf(image: Uint8Array | undefined): Promise<Pick<State, 'files' | 'label'>> {
  try {
    return image ? await isoFiles(image) : { files: [], label: undefined };
  } catch (error) {
    if (error instanceof IsoError) return { files: undefined, label: undefined };
    throw error;
  }
}

async function observe(host: Host, options: IsoOptions): Promise<State> {
  const { dest, state } = options;
  const file = await host.stat(dest);
  const image = file ? await host.read(dest) : undefined;
  const nobody = { mode: 0, uid: undefined, gid: undefined };
  const wanted = state === 'present' ? await wantedAttributes(host, options) : nobody;
  return { file, wanted, ...(await contentOf(image)) };
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
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan: planIso,
  apply,
};
