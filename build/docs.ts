import { stringify } from 'yaml';
import {
  isName,
  type Option,
  type OptionSpecs,
  type ReturnField,
  type Spec,
} from '../modules/lib/ansible/spec.ts';
import { ruleSentences } from './rules.ts';
import { type Since, sinceOf } from './since.ts';

type Fields = Record<string, unknown>;

const sentences = (text: string | readonly string[]) => (typeof text === 'string' ? [text] : [...text]);

const limitsOf = (option: Fields): string[] => {
  const { minimum, maximum, maxLength, hint } = option;
  const between = minimum !== undefined && maximum !== undefined ? [`From ${minimum} to ${maximum}.`] : [];
  const length = maxLength === undefined ? [] : [`At most ${maxLength} characters.`];
  return [...between, ...length, ...(hint === undefined ? [] : [`It must be ${hint}.`])];
};

const NAME = 'must not begin with C(-).';

function nameLimit(option: Option): string[] {
  if (option.type === 'list') return isName(option.elements) ? [`Each ${NAME}`] : [];
  return isName(option) ? [`It ${NAME}`] : [];
}

/** The release in which an option came; undefined for that of its module. @param path of the option in its module */
type Added = (path: string) => string | undefined;

/** An option as ansible-doc reads it. @param path of the option in its module */
export function optionDoc(option: Option, path = '', added: Added = () => undefined): Fields {
  const limits = [...limitsOf(option as unknown as Fields), ...nameLimit(option)];
  const fields: Fields = {
    description: [...sentences(option.description), ...limits],
    type: option.type,
  };
  if (option.requiredUnless) {
    (fields.description as string[]).push(`Required unless O(${option.requiredUnless.join('=')}).`);
  }
  Object.assign(fields, versionOf(path, added));
  if (option.required) fields.required = true;
  if ('default' in option && option.default !== undefined) fields.default = option.default;
  if ('choices' in option && option.choices) fields.choices = option.choices;
  if (option.aliases) fields.aliases = option.aliases;
  if (option.type === 'dict' && option.options)
    fields.suboptions = optionsDoc(option.options, `${path}.`, added);
  if (option.type === 'list') {
    const { elements } = option;
    fields.elements = elements.type;
    if ('choices' in elements && elements.choices) fields.choices = elements.choices;
    if (elements.type === 'dict' && elements.options) {
      fields.suboptions = optionsDoc(elements.options, `${path}.`, added);
    }
  }
  return fields;
}

const optionsDoc = (options: OptionSpecs, above: string, added: Added): Fields =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, optionDoc(option, above + name, added)]),
  );

// In list form no option is required at the top level, so the description says it.
function withList({ options, controllerOptions, list }: Spec, added: Added): Fields {
  const documented = optionsDoc({ ...options, ...controllerOptions }, '', added);
  if (!list) return documented;
  for (const [name, field] of Object.entries(documented) as [string, Fields][]) {
    if (!field.required) continue;
    delete field.required;
    const where = name === list.mapping ? `as the key of each entry` : 'in each item';
    (field.description as string[]).push(`Required, here or ${where} of O(${list.option}).`);
  }
  documented[list.option] = { ...listDoc(list), ...versionOf(list.option, added) };
  if (list.defaults) {
    const defaults = `Options for each item of O(${list.option}) that does not set them itself. They override those given beside the list.`;
    documented[list.defaults] = { description: [defaults], type: 'dict', ...versionOf(list.defaults, added) };
  }
  return documented;
}

const versionOf = (path: string, added: Added): Fields => {
  const version = added(path);
  return version === undefined ? {} : { version_added: version };
};

function listDoc({ description, mapping }: NonNullable<Spec['list']>): Fields {
  const common = (them: string) => `takes the same options; those given beside ${them} hold for every`;
  if (mapping === undefined) {
    const text = [description, `Each item ${common('the list')} item.`];
    return { description: text, type: 'list', elements: 'dict' };
  }
  const text = `The key of an entry is its O(${mapping}), and its value ${common('the mapping')} entry.`;
  return { description: [description, text], type: 'dict' };
}

// The O() and V() markup is ansible-core 2.15's; 2.14 would print it unchanged.
const plain = (text: string) =>
  text.replace(/\b[OVE]\(([^)]*)\)/g, 'C($1)').replace(/\bRV\(([^)]*)\)/g, 'C($1)');

/** Texts within a value, as every release of ansible-doc shows them. */
export const plainAll = (value: unknown): unknown =>
  typeof value === 'string'
    ? plain(value)
    : Array.isArray(value)
      ? value.map(plainAll)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainAll(inner)]))
        : value;

// `!UNKNOWN` is how Ansible's documentation writes that an author has no account on GitHub.
const AUTHOR = 'The piecewise.cloud founders (!UNKNOWN)';

const ATTRIBUTES = {
  check_mode: { support: 'full', description: 'Reports what a run would change, and changes nothing.' },
  diff_mode: { support: 'full', description: 'Shows each change, before and after.' },
  async: { support: 'full', description: 'Runs with the keyword C(async).' },
  platform: { support: 'full', platforms: 'debian', description: 'Tested on Debian 12 and 13.' },
};

// ansible-doc has no field for the type of a mapping's values.
const returnsDoc = (fields: Readonly<Record<string, ReturnField>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { values: _, contains, ...field }]) => [
      name,
      { ...field, ...(contains ? { contains: returnsDoc(contains) } : {}) },
    ]),
  );

/** What a module's sidecar holds, in the markup of the newest Ansible. */
export function documentOf(spec: Spec, since: Since): Fields {
  const first = sinceOf(since, spec.module);
  const added: Added = (path) => {
    const version = sinceOf(since, spec.module, path);
    return version === first ? undefined : version;
  };
  const documentation = {
    module: spec.module,
    short_description: spec.summary,
    version_added: first,
    description: [...spec.description, ...ruleSentences(spec.rules)],
    author: [AUTHOR],
    ...(spec.requirements ? { requirements: [...spec.requirements] } : {}),
    options: withList(spec, added),
    attributes: { ...ATTRIBUTES, ...spec.attributes },
    ...(spec.seealso ? { seealso: spec.seealso.map((module) => ({ module })) } : {}),
    ...(spec.notes ? { notes: [...spec.notes] } : {}),
  };
  const returns = Object.keys(spec.returns).length > 0 ? { RETURN: returnsDoc(spec.returns) } : {};
  return { DOCUMENTATION: documentation, EXAMPLES: spec.examples.trim(), ...returns };
}

/** The sidecar that ansible-doc reads beside a module that isn't Python. */
export function sidecar(spec: Spec, since: Since): string {
  const { DOCUMENTATION, EXAMPLES, ...returns } = documentOf(spec, since);
  const document = { DOCUMENTATION: plainAll(DOCUMENTATION), EXAMPLES, ...(plainAll(returns) as object) };
  return stringify(document, { lineWidth: 110, aliasDuplicateObjects: false, version: '1.1' });
}
