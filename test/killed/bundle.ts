import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../build/bundle.ts';

const KILLING = join(import.meta.dirname, 'host.ts');

// The shipped code knows nothing of this.
const killing: Plugin = {
  name: 'killing',
  setup(context) {
    context.onResolve({ filter: /\/host\/real\.ts$/ }, ({ importer }) =>
      importer === KILLING ? undefined : { path: KILLING },
    );
  },
};

/** A module that is killed before the effect that `KILL_BEFORE` names. */
export const killableModule = (name: string): Promise<string> => bundle(name, 'text', [killing]);
