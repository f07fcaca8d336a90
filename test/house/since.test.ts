import { describe, expect, it } from 'vitest';
import { readChangelog } from '../../build/changelog.ts';
import { loadSpecs } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';
import { optionPaths, readSince, sinceOf } from '../../build/since.ts';

const specs = await loadSpecs();
const since = readSince();

describe('the record of releases', () => {
  it('has all modules and options of a version that is released', () => {
    const { releases } = readChangelog();
    const unknown = specs.flatMap((spec) =>
      optionPaths(spec).filter(
        (option) => !Object.values(since).some((all) => all[spec.module]?.includes(option)),
      ),
    );
    const coming = VERSION.replace('-dev', '');
    expect(releases[coming] ? unknown : []).toEqual([]);
    expect(Object.keys(releases).includes(coming)).toBe(!VERSION.endsWith('-dev'));
  });

  it('has each option once, in a release of the changelog', () => {
    expect(Object.keys(since).filter((version) => !readChangelog().releases[version])).toEqual([]);
    const all = Object.values(since).flatMap((modules) =>
      Object.entries(modules).flatMap(([module, options]) => options.map((option) => `${module} ${option}`)),
    );
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });

  it('has no option that is gone, unless the changelog names it', () => {
    const removed = Object.values(readChangelog().releases).flatMap(({ changes }) =>
      [...(changes.removed_features ?? []), ...(changes.breaking_changes ?? [])].join('\n'),
    );
    const now = new Map(specs.map((spec) => [spec.module, optionPaths(spec)]));
    const silent = Object.values(since).flatMap((modules) =>
      Object.entries(modules).flatMap(([module, options]) =>
        options
          .filter((option) => !now.get(module)?.includes(option))
          .filter((option) => !removed.join('\n').includes(option)),
      ),
    );
    expect(silent).toEqual([]);
  });

  it('gives a module and an option the first release that has it, else the coming one', () => {
    const record = { '0.1.0': { a: ['x'] }, '0.2.0': { a: ['x.y'], b: [] } };
    const coming = VERSION.replace('-dev', '');
    expect([sinceOf(record, 'a'), sinceOf(record, 'a', 'x'), sinceOf(record, 'a', 'x.y')]).toEqual([
      '0.1.0',
      '0.1.0',
      '0.2.0',
    ]);
    expect([sinceOf(record, 'b'), sinceOf(record, 'b', 'z'), sinceOf(record, 'c')]).toEqual([
      '0.2.0',
      coming,
      coming,
    ]);
  });
});
