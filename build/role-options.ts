import type { Option, OptionSpecs } from '../modules/lib/ansible/spec.ts';
import { optionDoc } from './option-docs.ts';

// The fields of a role's options that Ansible itself reads and checks.

type Fields = Record<string, unknown>;

const keysOf = (option: Option): OptionSpecs | undefined => {
  const holder = option.type === 'list' ? option.elements : option;
  return holder.type === 'dict' ? holder.options : undefined;
};

/** An option of a role that is an option of a module. Without what the role itself sets. */
export function roleOption(option: Option): Fields {
  const { required: _, default: _default, suboptions: _suboptions, ...fields } = optionDoc(option);
  return { ...fields, ...withKeys(option) };
}

function withKeys(option: Option): Fields {
  const keys = keysOf(option);
  if (!keys) return {};
  // Ansible would refuse the options that are not listed, and the list of all is that of the items.
  if (option.type === 'list' && option.likeItems) return { elements: 'raw' };
  return { options: Object.fromEntries(Object.entries(keys).flatMap(([name, key]) => entriesOf(name, key))) };
}

const keysBeside = (option: Option): string[] =>
  option.type === 'list' && option.likeItems
    ? [
        `They are mappings, and have ${Object.keys(keysOf(option) ?? {})
          .map((key) => `C(${key})`)
          .join(', ')} beside.`,
      ]
    : [];

/**
 * A key of an item. Choices are only in its description, and a mapping has no default: Ansible fills items with nulls while it checks them,
 * and then refuses these in the next item that has the same mapping, by its default or by an alias of YAML (measured, 2.14).
 */
function entriesOf(name: string, option: Option): [string, Fields][] {
  const { suboptions: _, choices, aliases, description, ...fields } = optionDoc(option);
  const told = Array.isArray(choices)
    ? [`One of ${choices.map((choice) => `C(${choice})`).join(', ')}.`]
    : keysBeside(option);
  const key: Fields = {
    ...fields,
    description: [...(description as string[]), ...told],
    ...withKeys(option),
  };
  if (option.type === 'dict') delete key.default;
  if (option.clearable && option.type !== 'str') {
    // No type of Ansible's takes an empty text as well.
    key.type = 'raw';
    delete key.elements;
  }
  if (!Array.isArray(aliases)) return [[name, key]];
  // Nor does a role's argument spec know other names of a key (measured: ansible-lint's schema refuses them).
  delete key.required;
  const same = { type: option.type, description: [`The same as C(${name}).`] };
  return [[name, key], ...aliases.map((alias): [string, Fields] => [alias, same])];
}
