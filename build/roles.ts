import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isName, type Option, type OptionSpecs, type Rules, type Spec } from '../modules/lib/ansible/spec.ts';
import { plainAll } from './docs.ts';
import { entryLines } from './list-form.ts';
import { ROOT } from './modules.ts';
import { roleOption } from './role-options.ts';

// A role's options are in its meta/argument_specs.yml. One that is an option of a module says so, `from: MODULE.OPTION`: its
// type, its keys and what is wrong with it come from there, and so do its words where the role has none of its own.

type Fields = Record<string, unknown>;

interface RoleOption extends Fields {
  readonly from?: string;
  readonly options?: Readonly<Record<string, RoleOption>>;
}

interface RoleSpec extends Fields {
  readonly options: Readonly<Record<string, RoleOption>>;
}

const optional = (options: OptionSpecs): OptionSpecs =>
  Object.fromEntries(
    Object.entries(options).map(([name, { required: _, requiredUnless: _unless, ...rest }]) => [
      name,
      rest as Option,
    ]),
  );

/** The source of a role's option. */
interface Origin {
  readonly option: Option;
  /** The rules between the keys of each item. */
  readonly rules?: Rules | undefined;
  /** The keys of each entry, where it is a mapping of items by name. */
  readonly entries?: OptionSpecs;
  /** The option that is their name, and what that may be. */
  readonly mapping?: string;
  readonly key?: Option | undefined;
  /** The options of an item of the module's list. */
  readonly items: OptionSpecs;
}

function originOf(specs: readonly Spec[], from: string): Origin {
  const [module, name = ''] = from.split('.');
  const spec = specs.find((one) => one.module === module);
  const { list, options = {}, controllerOptions = {}, rules } = spec ?? {};
  const said = { description: list?.description ?? '' };
  if (list?.mapping !== undefined && name === list.option) {
    const { [list.mapping]: key, ...entries } = options;
    return { option: { ...said, type: 'dict' }, rules, entries, mapping: list.mapping, key, items: options };
  }
  if (name === list?.option) {
    return { option: { ...said, type: 'list', elements: { type: 'dict', options } }, rules, items: options };
  }
  if (name === list?.defaults)
    return { option: { ...said, type: 'dict', options: optional(options) }, items: options };
  const option = options[name] ?? controllerOptions[name];
  if (!option) throw new Error(`meta/argument_specs.yml: there is no option ${from}`);
  return { option, items: options };
}

/** The argument specs of the roles, by role, as they are in the sources. */
export function roleSpecs(): Map<string, RoleSpec> {
  const roles = readdirSync(join(ROOT, 'roles')).sort();
  return new Map(
    roles.map((role) => {
      const text = readFileSync(join(ROOT, 'roles', role, 'meta/argument_specs.yml'), 'utf8');
      return [role, (parse(text) as { argument_specs: { main: RoleSpec } }).argument_specs.main];
    }),
  );
}

/** A role's argument specs as Ansible reads them, with the keys of all items. */
export function roleDocument(spec: RoleSpec, specs: readonly Spec[]): object {
  return { argument_specs: { main: plainAll({ ...spec, options: optionsDocument(spec.options, specs) }) } };
}

/** Options, and the keys of those that are mappings: each of them may be an option of a module. */
const optionsDocument = (options: RoleSpec['options'], specs: readonly Spec[]): Fields =>
  Object.fromEntries(
    Object.entries(options).map(([name, { from, options: keys, ...own }]) => {
      const origin = from ? roleOption(originOf(specs, from).option) : {};
      const inner = keys ? { options: optionsDocument(keys, specs) } : {};
      return [name, { ...origin, ...own, ...inner, ...(from ? described(originOf(specs, from), own) : {}) }];
    }),
  );

function described({ entries }: Origin, own: Fields): Fields {
  return entries ? { description: [...[own.description].flat(), ...entryLines(entries)] } : {};
}

/** The role's option that holds the defaults for the items of a list. */
function defaultsOf(specs: readonly Spec[], options: RoleSpec['options'], from = ''): string | undefined {
  const [module, name] = from.split('.');
  const { list, controllerOptions = {} } = specs.find((one) => one.module === module) ?? {};
  if (!list?.defaults) return undefined;
  if (list.option !== name && !holdsItems(controllerOptions[name ?? ''])) return undefined;
  return Object.entries(options).find(([, one]) => one.from === `${module}.${list.defaults}`)?.[0];
}

/** Whether the items of a list have lists of what is like the items of the module's list. */
export const holdsItems = (option: Option | undefined): boolean =>
  option?.type === 'list' &&
  option.elements.type === 'dict' &&
  Object.values(option.elements.options ?? {}).some((one) => one.type === 'list' && one.likeItems);

const LIMITS = ['choices', 'minimum', 'maximum', 'maxLength', 'pattern', 'hint'] as const;

function limitsOf(option: Fields): Fields {
  const limits = LIMITS.flatMap((name) => (option[name] === undefined ? [] : [[name, option[name]]]));
  const plain = isName(option as unknown as Option) ? { name: true } : {};
  return { ...Object.fromEntries(limits), ...plain };
}

const keysOf = (options: OptionSpecs, items: OptionSpecs): Fields =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, checkOf(option, items)]));

const without = (options: OptionSpecs, names: readonly string[]): OptionSpecs =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));

/** The fields of an option for the plugin that checks variables. @param items the options of an item of the module's list */
function checkOf(option: Option, items: OptionSpecs): Fields {
  const fields: Fields = { type: option.type };
  if (option.required) fields.required = true;
  if (option.requiredUnless) fields.requiredUnless = option.requiredUnless;
  if (option.aliases) fields.aliases = option.aliases;
  if ('clearable' in option && option.clearable) fields.clearable = true;
  if ('default' in option && typeof option.default === 'string') fields.default = option.default;
  if (option.type === 'dict') {
    if (option.bare) fields.bare = true;
    if (option.options) fields.options = keysOf(option.options, items);
  } else if (option.type === 'list') {
    fields.elements = option.elements.type;
    const { elements } = option;
    if (elements.type === 'dict' && elements.options) {
      const { likeItems } = option;
      const more = likeItems ? without(items, likeItems.without) : {};
      fields.options = keysOf({ ...more, ...elements.options }, items);
      if (likeItems) fields.like_items = true;
    } else fields.each = limitsOf(elements as unknown as Fields);
  } else Object.assign(fields, limitsOf(option as unknown as Fields));
  return fields;
}

function checkOfOrigin({ option, rules, entries, mapping, key, items }: Origin): Fields {
  const fields = entries
    ? {
        type: 'dict',
        entries: keysOf(entries, items),
        mapping,
        key: limitsOf((key ?? {}) as Fields),
      }
    : checkOf(option, items);
  return rules ? { ...fields, rules } : fields;
}

/** The source of plugins/plugin_utils/_role_specs.py: the options of each role, and its defaults. */
export function roleSpecsSource(roles: ReadonlyMap<string, RoleSpec>, specs: readonly Spec[]): string {
  const checks = [...roles].map(([role, { options }]) => [
    role,
    Object.fromEntries(
      Object.entries(options).map(([name, { from, ...own }]) => {
        const check = from ? checkOfOrigin(originOf(specs, from)) : {};
        const { required: _, ...rest }: Fields = {
          ...check,
          ...pick(own, ['type', 'elements', 'choices']),
          ...(own.options ? { options: kindsOf(own.options) } : {}),
        };
        const defaults = defaultsOf(specs, options, from);
        return [
          name,
          { ...rest, ...(own.required ? { required: true } : {}), ...(defaults ? { defaults } : {}) },
        ];
      }),
    ),
  ]);
  const defaults = [...roles.keys()].map((role) => [
    role,
    parse(readFileSync(join(ROOT, 'roles', role, 'defaults/main.yml'), 'utf8')),
  ]);
  return [
    '# GNU General Public License v3.0 or later (see LICENSE)',
    '"""The options of each role and their defaults; made from the argument specs and the objects\' options."""',
    '',
    'import json',
    '',
    `OPTIONS = ${pythonOf(Object.fromEntries(checks))}`,
    '',
    `DEFAULTS = ${pythonOf(Object.fromEntries(defaults))}`,
    '',
  ].join('\n');
}

/** A variable in the default of a role's option that users may set in its place, such as `vms` of `vm_list`. */
const USER_VARIABLE = /\b([a-z_]+)(?:\.[a-z_]+)? \| default\(/g;

/** The source of plugins/plugin_utils/_variables.py: the variables of users that the roles read. */
export function variablesSource(roles: ReadonlyMap<string, RoleSpec>): string {
  const names = [...roles].flatMap(([role, { options }]) => {
    const defaults = readFileSync(join(ROOT, 'roles', role, 'defaults/main.yml'), 'utf8');
    const others = [...defaults.matchAll(USER_VARIABLE)].map(([, name = '']) => name);
    return [...Object.keys(options), ...others.filter((name) => !MAGIC.test(name))];
  });
  return [
    '# GNU General Public License v3.0 or later (see LICENSE)',
    '"""The variables of users that the roles read; made from their argument specs and defaults."""',
    '',
    'VARIABLES = frozenset([',
    ...[...new Set(names)].sort().map((name) => `    ${JSON.stringify(name)},`),
    '])',
    '',
  ].join('\n');
}

/** Names that are Ansible's own, or of one template. */
const MAGIC = /^(ansible_\w*|inventory_\w*|[a-z])$/;

// Python reads JSON thirty times as fast as its own literals (measured, 2.14: Ansible keeps no compiled code).
const pythonOf = (value: object) => `json.loads(r'''${JSON.stringify(value, undefined, 1)}''')`;

// What is in such a list is checked as the option whose default it is.
const kindsOf = (options: RoleSpec['options']): Fields =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, pick(option, ['type', 'elements'])]),
  );

const pick = (fields: Fields, names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name)));
