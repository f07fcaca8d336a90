import { dirname } from 'node:path';
import type { Host } from '../../lib/host/host.ts';
import type { SeedOptions } from './options.ts';
import type { Step } from './plan.ts';

/** Applies one step. */
export async function applyStep(host: Host, step: Step, { dest }: SeedOptions): Promise<undefined> {
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
