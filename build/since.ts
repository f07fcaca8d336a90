import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { OptionSpecs, Spec } from '../modules/lib/ansible/spec.ts';
import { ROOT } from './modules.ts';
import { VERSION } from './project.ts';

// In which release each module and each of its options came: for `version_added`. `npm run changelog -- VERSION` records it.

const FILE = join(ROOT, 'changelogs', 'since.yaml');

/** The new options of each release, by release and module. A module has its first entry in its first release. */
export type Since = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export const readSince = (): Since => parse(readFileSync(FILE, 'utf8')) as Since;

const COMING = VERSION.replace(/-dev$/, '');

/** The paths of all options of a module: `disks`, `disks.source`. */
export function optionPaths({ options, controllerOptions = {}, list }: Spec): string[] {
  const ofList = [list?.option, list?.defaults].filter((name) => name !== undefined);
  return [...pathsOf({ ...options, ...controllerOptions }, ''), ...ofList].sort();
}

const pathsOf = (options: OptionSpecs, above: string): string[] =>
  Object.entries(options).flatMap(([name, option]) => {
    const holder = option.type === 'list' ? option.elements : option;
    const inner = holder.type === 'dict' && holder.options ? holder.options : {};
    return [above + name, ...pathsOf(inner, `${above}${name}.`)];
  });

/** The release in which a module came, or an option of it; the coming one for what is new. */
export function sinceOf(since: Since, module: string, option?: string): string {
  const releases = Object.entries(since).flatMap(([version, modules]) => {
    const added = modules[module];
    return added && (option === undefined || added.includes(option)) ? version : [];
  });
  return releases[0] ?? COMING;
}

/** Records a release: all modules and options that no earlier one has. */
export function recordRelease(version: string, specs: readonly Spec[]): void {
  const since = readSince();
  const isNew = ({ module }: Spec, option: string) =>
    !Object.values(since).some((modules) => modules[module]?.includes(option));
  const added = specs.flatMap((spec): [string, string[]][] => {
    const options = optionPaths(spec).filter((option) => isNew(spec, option));
    const known = Object.values(since).some((modules) => spec.module in modules);
    return options.length > 0 || !known ? [[spec.module, options]] : [];
  });
  const all = { ...since, [version]: Object.fromEntries(added) };
  writeFileSync(FILE, `---\n${stringify(all, { lineWidth: 120, flowCollectionPadding: false })}`);
}
