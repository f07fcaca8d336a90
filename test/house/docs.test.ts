import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { optionPaths } from '../../build/since.ts';
import type { Spec } from '../../modules/lib/ansible/spec.ts';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import {
  type Fields,
  fieldsOf,
  isLong,
  leftovers,
  listsWithoutKeys,
  printedOptions,
  textsOf,
  unprintable,
} from '../support/docs.ts';

const specs = await loadSpecs();
// Their action plugins do the work.
const documentedOnly = readdirSync(join(ROOT, 'plugins', 'modules')).map((file) => basename(file, '.py'));
const names = [...specs.map(({ module }) => module), ...documentedOnly].sort();
const roles = readdirSync(join(ROOT, 'roles')).sort();
const inFull = (all: readonly string[]) => all.map((name) => `piecewise.cloud.${name}`);

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project?.remove());

interface ModulePage {
  readonly doc: { readonly options: Fields };
  readonly return: Fields | null;
}

interface RolePage {
  readonly entry_points: { readonly main: { readonly options: Fields } };
}

/** The options of a module, those of each item of its list too. */
function pathsOf(spec: Spec): string[] {
  const { list, controllerOptions: _, ...item } = spec;
  const inItems = list && list.mapping === undefined ? optionPaths(item) : [];
  return [...optionPaths(spec), ...inItems.map((path) => `${list?.option}.${path}`)].sort();
}

const sortedPaths = (options: Fields) =>
  fieldsOf(options)
    .map(([path]) => path)
    .sort();

describe.each(ANSIBLES)('ansible-doc %s', (ansible) => {
  let modules: Record<string, ModulePage>;
  let rolePages: Record<string, RolePage>;
  let printed: Record<string, string>;

  const doc = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await project.run(ansible, ['ansible-doc', ...argv]);
    expect([exitCode, stderr]).toEqual([0, '']);
    return stdout;
  };
  const printedPages = async (...argv: string[]) => (await doc(...argv)).split(/^(?=> )/m).filter(Boolean);

  beforeAll(async () => {
    modules = JSON.parse(await doc('--json', ...inFull(names)));
    rolePages = JSON.parse(await doc('--json', '--type', 'role', ...inFull(roles)));
    // Roles are printed in no order.
    const all = [
      ...(await printedPages(...inFull(names))),
      ...(await printedPages('-t', 'role', ...inFull(roles))),
    ];
    printed = Object.fromEntries(
      all.map((page) => {
        const [, name = ''] = /piecewise\.cloud\.(\w+)/i.exec(page) ?? [];
        return [`${/^ENTRY POINT/m.test(page) ? 'role ' : ''}${name.toLowerCase()}`, page];
      }),
    );
  });

  const optionsOf = (name: string) => modules[`piecewise.cloud.${name}`]?.doc.options ?? {};
  const roleOptionsOf = (name: string) =>
    rolePages[`piecewise.cloud.${name}`]?.entry_points.main.options ?? {};

  it('has a page for all modules and roles that it lists', async () => {
    const listed = await doc('--list', '--json', 'piecewise.cloud');
    expect(Object.keys(JSON.parse(listed)).sort()).toEqual(inFull(names));
    const listedRoles = await doc('--type', 'role', '--list', '--json', 'piecewise.cloud');
    expect(Object.keys(JSON.parse(listedRoles)).sort()).toEqual(inFull(roles));
    expect(Object.keys(printed).sort()).toEqual([...names, ...roles.map((role) => `role ${role}`)].sort());
  });

  it('reads each module, with every option of its spec and of the items of its list', () => {
    const found = specs.map(({ module }) => [module, sortedPaths(optionsOf(module))]);
    expect(found).toEqual(specs.map((spec) => [spec.module, pathsOf(spec)]));
  });

  it('prints all options, nested ones under theirs', () => {
    for (const name of names)
      expect(printedOptions(printed[name] ?? '').sort(), name).toEqual(sortedPaths(optionsOf(name)));
    for (const name of roles)
      expect(printedOptions(printed[`role ${name}`] ?? '').sort()).toEqual(sortedPaths(roleOptionsOf(name)));
    expect(printedOptions(printed.vm ?? '')).toContain('vms.domain.disks.iotune.read_bytes_sec');
    expect(printedOptions(printed['role ovs'] ?? '')).toContain('ovs.ports.peer.port');
  });

  it('shows the keys of each list of mappings', () => {
    const options = [...names.map(optionsOf), ...roles.map(roleOptionsOf)];
    expect(options.flatMap(listsWithoutKeys)).toEqual([]);
  });

  it('shows the keys of each mapping that is returned, or an example where they are free', () => {
    const returned = names.flatMap((name) => fieldsOf(modules[`piecewise.cloud.${name}`]?.return ?? {}));
    const mappings = returned.filter(([, { type, elements }]) => type === 'dict' || elements === 'dict');
    expect(mappings.map(([path]) => path)).toContain('interfaces');
    expect(mappings.filter(([, field]) => !field.contains && !('sample' in field))).toEqual([]);
  });

  it('shows what is returned for each item of a list', () => {
    for (const { module, list, returns } of specs) {
      const results = modules[`piecewise.cloud.${module}`]?.return?.results;
      const fields = list ? ['item', ...Object.keys(returns)] : [];
      expect(Object.keys(results?.contains ?? {}).sort(), module).toEqual(fields.sort());
    }
  });

  it('prints no markup, and nothing that is not a text', () => {
    expect(
      Object.entries(printed).flatMap(([name, page]) => leftovers(page).map((found) => [name, found])),
    ).toEqual([]);
    const texts = textsOf({ modules, rolePages });
    expect(texts.length).toBeGreaterThan(1000);
    expect(
      texts.map(([path, text]) => [path, unprintable(text)]).filter(([, found]) => found?.length),
    ).toEqual([]);
  });

  it('prints examples of each module that has options', () => {
    const without = names.filter((name) => !/^EXAMPLES:/m.test(printed[name] ?? ''));
    expect(without).toEqual([]);
  });

  it('prints the page of each inventory plugin, which is as readable', async () => {
    const plugins = inFull(
      readdirSync(join(ROOT, 'plugins', 'inventory')).map((file) => basename(file, '.py')),
    );
    const listed = await doc('--type', 'inventory', '--list', '--json', 'piecewise.cloud');
    expect(Object.keys(JSON.parse(listed))).toEqual(plugins);
    const pages = await printedPages('--type', 'inventory', ...plugins);
    // The options of Ansible's fragment say V(None).
    expect(pages.flatMap(leftovers).filter((found) => !found.startsWith('None'))).toEqual([]);
    expect(pages.filter((page) => !/^EXAMPLES:/m.test(page))).toEqual([]);
    const documents = JSON.parse(await doc('--type', 'inventory', '--json', ...plugins));
    for (const [i, name] of plugins.entries()) {
      const { options, ...rest } = documents[name].doc;
      expect(printedOptions(pages[i] ?? '')).toEqual(expect.arrayContaining(sortedPaths(options)));
      const texts = textsOf({ ...rest, jump: options.jump, hypervisors: options.hypervisors });
      expect(texts.filter(([, text]) => isLong(text) || unprintable(text).length > 0)).toEqual([]);
    }
  });

  it('has short paragraphs', () => {
    expect(textsOf({ modules, rolePages }).filter(([, text]) => isLong(text))).toEqual([]);
  });
});

describe('what is looked for in a page', () => {
  it.each([
    'a O(option) of it',
    'a C(command with\n  a break)',
    'HORIZONTALLINE',
    'is undefined',
    'an [object Object]',
    'the default is null',
  ])('is in %j', (page) => {
    expect(leftovers(page)).toHaveLength(1);
  });

  it('is not what Ansible prints for an option without a default', () => {
    expect(leftovers("        default: null\n        `a' (b)\n")).toEqual([]);
  });

  it.each(['an F(path)', 'RV(field)', 'C(a(b))'])('is %j, which is not printed well', (text) => {
    expect(unprintable(text)).toHaveLength(1);
  });

  it('is a paragraph of five sentences, or of many words', () => {
    expect(['A. B. C. D.', 'word '.repeat(60).trim()].filter(isLong)).toEqual([]);
    expect(['A. B. C. D. E.', 'word '.repeat(61)].filter(isLong)).toHaveLength(2);
  });
});
