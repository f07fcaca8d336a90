import type { Option, OptionSpecs, ReturnField, Spec } from '../modules/lib/ansible/spec.ts';
import { type Added, type Fields, optionsDoc, versionOf } from './option-docs.ts';

// A module in list form has its options twice: beside the list, and as the keys of each item.

type List = NonNullable<Spec['list']>;

/** All options of a module. In list form none is required at the top level, so the description says it. */
export function withList({ options, controllerOptions, list }: Spec, added: Added): Fields {
  const documented = optionsDoc({ ...options, ...controllerOptions }, '', added);
  if (!list) return documented;
  for (const [name, field] of Object.entries(documented)) {
    if (!field.required) continue;
    delete field.required;
    const where = name === list.mapping ? 'as the key of each entry' : 'in each item';
    descriptionOf(field).push(`Required, here or ${where} of O(${list.option}).`);
  }
  documented[list.option] = { ...listDoc(list, options, added), ...versionOf(list.option, added) };
  if (list.defaults) {
    const defaults = `Options for each item of O(${list.option}) that does not set them itself. They override those given beside the list.`;
    documented[list.defaults] = { description: [defaults], type: 'dict', ...versionOf(list.defaults, added) };
  }
  return documented;
}

function listDoc({ description, mapping }: List, options: OptionSpecs, added: Added): Fields {
  const common = (them: string) => `takes the same options; those given beside ${them} hold for every`;
  if (mapping === undefined) {
    const text = [description, `Each item ${common('the list')} item.`];
    // An item's option has come with the module's.
    const keys = optionsDoc(options, '', added);
    return { description: text, type: 'list', elements: 'dict', suboptions: inItems(keys) };
  }
  const { [mapping]: _, ...entries } = options;
  const text = `The key of an entry is its O(${mapping}), and its value ${common('the mapping')} entry.`;
  return { description: [description, text, ...entryLines(entries)], type: 'dict' };
}

const descriptionOf = (field: Fields) => field.description as string[];

/** The keys of an item, in short: the whole description is that of the option of the same name. */
const inItems = (keys: Record<string, Fields>): Fields =>
  Object.fromEntries(
    Object.entries(keys).map(([name, { required, ...field }]) => {
      const description = required ? [...brief(field), 'Required, here or beside the list.'] : brief(field);
      return [name, { ...short(field), description }];
    }),
  );

function short(field: Fields): Fields {
  const { description: _, suboptions, ...rest } = field;
  const keys = Object.entries((suboptions ?? {}) as Record<string, Fields>);
  return {
    description: brief(field),
    ...rest,
    ...(suboptions ? { suboptions: Object.fromEntries(keys.map(([name, key]) => [name, short(key)])) } : {}),
  };
}

const brief = (field: Fields): string[] =>
  descriptionOf(field).filter((text, i) => i === 0 || text.startsWith('Required '));

/** What a task returns; in list form, what the module returns is the same for each item in `results`. */
export function returnsWithList(spec: Spec): Readonly<Record<string, ReturnField>> {
  const { returns, controllerReturns, list } = spec;
  if (!list) return { ...returns, ...controllerReturns };
  const item = {
    description: 'What identifies the item, such as its name or path.',
    returned: 'when its options are valid',
    type: 'str',
  } as const;
  const results = {
    description: `With O(${list.option}), the values of each item, which are not beside it then.`,
    returned: `when O(${list.option}) is given`,
    type: 'list',
    elements: 'dict',
    contains: { item, ...returns },
  } as const;
  return { ...returns, ...controllerReturns, results };
}

/** A line for each key of a mapping's entries, since Ansible has no field for them. */
export const entryLines = (entries: OptionSpecs): string[] =>
  Object.entries(entries).map(([name, option]) => `C(${name}): ${firstOf(option)}`);

const firstOf = ({ description }: Option) =>
  typeof description === 'string' ? description : (description[0] ?? '');
