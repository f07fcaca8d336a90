import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianCollections } from '../bench/collections.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';

/** What a Python module printed. */
export interface TheirResult {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  /** What it printed when it ended by an exception instead. */
  readonly exception?: string;
}

export type Theirs = (name: string, args: Record<string, unknown>) => Promise<TheirResult>;

const MODULES = 'ansible_collections/openvswitch/openvswitch/plugins/modules';

/** The Python modules of openvswitch.openvswitch, run on a hypervisor by its own ansible-core. */
export async function theirModules(hypervisor: Hypervisor): Promise<Theirs> {
  const directory = join(await debianCollections(), MODULES);
  return async (name, args) => {
    const file = `/run/${name}.py`;
    const text = readFileSync(join(directory, `${name}.py`), 'utf8');
    await hypervisor.exec(['sh', '-c', 'cat >"$1"', 'sh', file], { input: text });
    const json = JSON.stringify({ ANSIBLE_MODULE_ARGS: args });
    const { stdout, stderr } = await hypervisor.exec(['python3', file, json], { check: false });
    return stdout.startsWith('{') || stdout.startsWith('\n{')
      ? JSON.parse(stdout)
      : { failed: true, exception: stderr };
  };
}
