import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Spec } from '../modules/lib/ansible/spec.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = join(ROOT, 'modules');

/** The names of the modules: each folder of modules/ that has a spec. */
export function moduleNames(): string[] {
  return readdirSync(MODULES)
    .filter((name) => existsSync(join(MODULES, name, 'spec.ts')))
    .sort();
}

/** Loads one module's spec. @throws when its name isn't its folder's */
export async function loadSpec(name: string): Promise<Spec> {
  const { spec } = (await import(pathToFileURL(join(MODULES, name, 'spec.ts')).href)) as { spec: Spec };
  if (spec.module !== name) throw new Error(`modules/${name}/spec.ts calls itself ${spec.module}`);
  return spec;
}

/** All specs, sorted by name. */
export const loadSpecs = (): Promise<Spec[]> => Promise.all(moduleNames().map(loadSpec));
