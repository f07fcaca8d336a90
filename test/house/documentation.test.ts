import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentOf } from '../../build/docs.ts';
import { loadSpecs, ROOT } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';
import { roleDocument, roleSpecs } from '../../build/roles.ts';
import { readSince } from '../../build/since.ts';
import type { OptionSpecs } from '../../modules/lib/ansible/spec.ts';
import { type Doc, docProblems, isAfter, type ReturnDoc, unmarkedSecrets } from '../support/doc-rules.ts';

// The texts of modules before O(), V() and RV() are rewritten for older releases of Ansible, and those of roles.

const specs = await loadSpecs();
const modules = specs.map(({ module }) => `piecewise.cloud.${module}`);
const since = readSince();

/** Modules and plugins that are documented in Python. */
const inPython = ['modules', 'inventory'].flatMap((kind) =>
  readdirSync(join(ROOT, 'plugins', kind)).map((name) => `${kind}/${name}`),
);

/** The modules that are action plugins alone. */
const onController = inPython.flatMap((file) =>
  file.startsWith('modules/') ? `piecewise.cloud.${basename(file, '.py')}` : [],
);

type Documented = { DOCUMENTATION: Doc; RETURN?: Readonly<Record<string, ReturnDoc>> };
type Spec = (typeof specs)[number];

describe('the documentation', () => {
  it.each(specs.map((spec): [string, Spec] => [spec.module, spec]))(
    'of the module %s is valid',
    (_, spec) => {
      const { DOCUMENTATION, RETURN = {} } = documentOf(spec, since) as unknown as Documented;
      expect(docProblems(DOCUMENTATION, RETURN, modules, VERSION)).toEqual([]);
    },
  );

  it.each(inPython)('of %s is valid', (file) => {
    const text = readFileSync(join(ROOT, 'plugins', file), 'utf8');
    const [, documentation = ''] = /^DOCUMENTATION = """\n(.*?)^"""/ms.exec(text) ?? [];
    const all = [...modules, ...onController, 'ansible.builtin.copy'];
    expect(docProblems(parse(documentation) as Doc, {}, all, VERSION)).toEqual([]);
  });

  it.each([...roleSpecs()])('of the role %s is valid', (_, role) => {
    const { argument_specs: entries } = roleDocument(role, specs) as { argument_specs: { main: Doc } };
    expect(docProblems(entries.main, {}, modules, VERSION)).toEqual([]);
    expect(unmarkedSecrets(entries.main.options)).toEqual([]);
  });

  const secretsIn = (options: OptionSpecs): string[] => [
    ...unmarkedSecrets(options),
    ...Object.values(options).flatMap((option) => {
      const holder = option.type === 'list' ? option.elements : option;
      return holder.type === 'dict' && holder.options ? secretsIn(holder.options) : [];
    }),
  ];

  it.each(specs.map((spec): [string, Spec] => [spec.module, spec]))('of %s marks its secrets', (_, spec) => {
    expect(secretsIn({ ...spec.options, ...spec.controllerOptions })).toEqual([]);
  });
});

const VALID: Doc = {
  short_description: 'Manage a thing',
  description: ['Manages it by O(items[].kind=round), as M(piecewise.cloud.vm) does. Returns RV(size).'],
  version_added: '0.1.0',
  options: {
    items: {
      description: 'The items.',
      type: 'list',
      suboptions: {
        kind: { description: 'Its kind.', type: 'str', choices: ['round', 'square'], default: 'round' },
        size: { description: 'Its size, if O(kind=square) or V(1).', type: 'int', version_added: '0.2.0' },
      },
    },
  },
};
const RETURNS: Record<string, ReturnDoc> = { size: { description: 'The size.', returned: 'always' } };

describe('the rules', () => {
  const problems = (changes: Partial<Doc>, returns = RETURNS) =>
    docProblems({ ...VALID, ...changes }, returns, modules, '0.2.0').join('\n');
  const option = (changes: object) =>
    problems({ options: { ...VALID.options, one: { description: 'One.', ...changes } } });

  it('allow what is valid', () => {
    expect(problems({})).toBe('');
    expect(option({ description: 'It is O(items[].size).', choices: [1], default: 1 })).toBe('');
  });

  it.each([
    ['a title with a period', { short_description: 'Manage a thing.' }, 'not a short title'],
    ['a long title', { short_description: 'thing '.repeat(14) }, 'not a short title'],
    ['a fragment', { description: 'manages it' }, 'not a sentence'],
    ['an unknown macro', { description: 'Reads F(/etc/hosts).' }, 'F(/etc/hosts) is not a macro'],
    ['an unknown option', { description: 'See O(itms).' }, 'O(itms)'],
    ['an option of another level', { description: 'See O(kind).' }, 'O(kind)'],
    ['an unknown value', { description: 'See O(items[].kind=flat).' }, 'O(items[].kind=flat)'],
    ['an unknown result', { description: 'See RV(sizes).' }, 'RV(sizes)'],
    ['an unknown module', { description: 'See M(piecewise.cloud.vms).' }, 'M(piecewise.cloud.vms)'],
    ['a short name', { description: 'See M(copy).' }, 'M(copy)'],
    ['a macro without an end', { notes: ['See V(a.'] }, 'V(a.'],
    ['a link without an address', { notes: ['See L(there).'] }, 'L(there)'],
    ['a plugin without a type', { notes: ['See P(ansible.builtin.file).'] }, 'P(ansible.builtin.file)'],
    ['a reference to no module', { seealso: [{ module: 'piecewise.cloud.vms' }] }, 'no module'],
    ['a later release', { version_added: '0.3.0' }, 'version_added 0.3.0 is after 0.2.0'],
  ])('find %s', (_, changes, problem) => {
    expect(problems(changes)).toContain(problem);
  });

  it.each([
    ['a default outside of the choices', { choices: ['a'], default: 'b' }, 'one: its default'],
    ['an option as old as its module', { version_added: '0.1.0' }, 'one: its version_added'],
    ['an option of a later release', { version_added: '0.10.0' }, 'is after 0.2.0'],
    ['a fault of a key', { suboptions: { key: { description: 'no' } } }, "one.key: 'no'"],
    ['a fault of a key of a role', { options: { key: { description: 'See O(x).' } } }, 'one.key: O(x)'],
  ])('find %s', (_, changes, problem) => {
    expect(option(changes)).toContain(problem);
  });

  it('find a fault of a result', () => {
    const contains = { part: { description: 'a part', returned: 'always' } };
    expect(problems({}, { size: { description: 'All.', returned: 'always', contains } })).toContain('part: ');
  });

  it('find secrets that are not marked', () => {
    const options = {
      db_password: {},
      token: { no_log: true },
      passive: {},
      psk: { secret: true },
      api_token: {},
    };
    expect(unmarkedSecrets(options)).toEqual(['db_password', 'api_token']);
  });

  it('compare releases by number', () => {
    expect(isAfter('0.10.0', '0.9.1')).toBe(true);
    expect(isAfter('0.9.1', '0.10.0')).toBe(false);
    expect(isAfter('1.0.0', '1.0.0')).toBe(false);
  });
});
