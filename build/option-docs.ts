import { isName, type Option, type OptionSpecs } from '../modules/lib/ansible/spec.ts';

/** An option, or a part of a page, as ansible-doc reads it. */
export type Fields = Record<string, unknown>;

const sentences = (text: string | readonly string[]) => (typeof text === 'string' ? [text] : [...text]);

const limitsOf = (option: Fields): string[] => {
  const { minimum, maximum, maxLength, hint } = option;
  const between =
    minimum === undefined
      ? []
      : [maximum === undefined ? `At least ${minimum}.` : `From ${minimum} to ${maximum}.`];
  const length = maxLength === undefined ? [] : [`At most ${maxLength} characters.`];
  return [...between, ...length, ...(hint === undefined ? [] : [`It must be ${hint}.`])];
};

const NAME = 'must not begin with C(-).';

function nameLimit(option: Option): string[] {
  const holder = option.type === 'list' ? option.elements : option;
  // A hint that says how the value begins needs no other word on it.
  if (!isName(holder) || ('hint' in holder && holder.hint?.includes('begin with'))) return [];
  return [`${option.type === 'list' ? 'Each' : 'It'} ${NAME}`];
}

/** The release in which an option came; undefined for that of its module. @param path of the option in its module */
export type Added = (path: string) => string | undefined;

/** An option as ansible-doc reads it. @param path of the option in its module */
export function optionDoc(option: Option, path = '', added: Added = () => undefined): Fields {
  const limits = [...limitsOf(option as unknown as Fields), ...nameLimit(option)];
  const fields: Fields = {
    description: [...sentences(option.description), ...limits],
    type: option.type,
  };
  if (option.requiredUnless) {
    const [other, value, given] = option.requiredUnless;
    const or = given === undefined ? '' : `, or with O(${given})`;
    (fields.description as string[]).push(`Required unless O(${other}=${value})${or}.`);
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

export const optionsDoc = (options: OptionSpecs, above: string, added: Added): Record<string, Fields> =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, optionDoc(option, above + name, added)]),
  );

export const versionOf = (path: string, added: Added): Fields => {
  const version = added(path);
  return version === undefined ? {} : { version_added: version };
};
