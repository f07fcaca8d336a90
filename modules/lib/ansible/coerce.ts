import { OptionError, optionAt } from '../failure.ts';
import { variable } from '../host/self.ts';
import { isTooDeep } from './nesting.ts';
import type { Option, OptionSpecs, OptionType, ValuesOf } from './spec.ts';

// The words Ansible's own parsing/convert_bool.py takes, compared in lower case.
const TRUE = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const FALSE = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);

/** ansible-core 2.14 sends a mapping that holds a bare date as the text of a Python repr. */
const PYTHON_DATE = /datetime\.(date|datetime)\(/;

/**
 * Refuses the text of a Python repr in place of a list or mapping.
 * @throws OptionError that says what to do
 */
export function refuseRepr(value: unknown, path: string): void {
  if (typeof value === 'string' && /^\s*[[{]/.test(value) && PYTHON_DATE.test(value)) {
    throw new OptionError(path, 'a bare date in it did not survive Ansible 2.14: quote the date');
  }
}

/**
 * YAML 1.1 takes an unquoted `off` for a boolean. As in Ansible's own modules, it is then the one choice that is
 * written like that.
 */
function unquoted(choices: readonly unknown[], value: unknown): unknown {
  const words =
    value === true || value === 'True' ? TRUE : value === false || value === 'False' ? FALSE : undefined;
  const meant = words ? choices.filter((choice) => words.has(String(choice).toLowerCase())) : [];
  return meant.length === 1 ? meant[0] : value;
}

type Coercion = (value: unknown) => unknown;

/** Whether a value is a mapping, and no list. */
export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Python's str() of what JSON can bring, since that is what a Python module's `type: str` would hold.
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return undefined;
}

function toInt(value: unknown): number | undefined {
  const number =
    typeof value === 'string' && /^\s*[+-]?\d+(\.0+)?\s*$/.test(value) ? Number(value) : (value as number);
  return Number.isSafeInteger(number) ? number : undefined;
}

function toFloat(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function toBool(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const word = toText(value)?.trim().toLowerCase();
  if (word === undefined) return undefined;
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
}

function toList(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return value.split(',').map((part) => part.trim());
  if (typeof value === 'number') return [String(value)];
  return undefined;
}

/** A mapping as it is, or from one of the texts that Ansible takes for one. */
export function toDict(value: unknown): Record<string, unknown> | undefined {
  if (isMapping(value)) return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text.startsWith('{')) {
    const parsed = parsedJson(text);
    return isMapping(parsed) && !isTooDeep(parsed) ? parsed : undefined;
  }
  return text.includes('=') ? keyValues(text) : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `a=b, c="d e"`: Ansible's short form of a mapping. */
function keyValues(text: string): Record<string, string> | undefined {
  const pairs = text.match(/(?:"[^"]*"|'[^']*'|[^\s,"'])+/g) ?? [];
  const entries = pairs.map((pair) => {
    const at = pair.indexOf('=');
    return at > 0 ? [pair.slice(0, at), pair.slice(at + 1).replace(/^(["'])(.*)\1$/, '$2')] : undefined;
  });
  return entries.every((entry) => entry !== undefined) ? Object.fromEntries(entries) : undefined;
}

// `~` and `$VAR` as Ansible's type `path` has them.
function toPath(value: unknown): string | undefined {
  const text = toText(value);
  const home = variable('HOME') ?? '/root';
  return text
    ?.replace(/^~(?=\/|$)/, home)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => variable(braced ?? bare) ?? all);
}

const COERCIONS: Record<OptionType, { to: Coercion; article: string }> = {
  str: { to: toText, article: 'a text' },
  path: { to: toPath, article: 'a path' },
  int: { to: toInt, article: 'a whole number' },
  float: { to: toFloat, article: 'a number' },
  bool: { to: toBool, article: 'a boolean (yes or no)' },
  list: { to: toList, article: 'a list' },
  dict: { to: toDict, article: 'a mapping' },
  raw: { to: (value) => value, article: 'a value' },
};

/**
 * A value as its option's type wants it, by the coercions Ansible's own modules apply (Jinja hands over texts).
 * @param path the option's name as the user wrote it, for the error
 * @throws OptionError when the value can't be taken as that type
 */
export function coerce(option: Option | ElementOption, value: unknown, path: string): unknown {
  if (option.type !== 'str') refuseRepr(value, path);
  if (value === '' && 'clearable' in option && option.clearable) return null;
  if ('choices' in option && option.choices) value = unquoted(option.choices, value);
  const { to, article } = COERCIONS[option.type];
  const result = to(value);
  if (result === undefined || result === null) {
    const secret = ('secret' in option && option.secret) || 'secretKeys' in option;
    throw new OptionError(path, `${secret ? 'its value' : shown(value)} is not ${article}`);
  }
  if (option.type === 'list') {
    return (result as unknown[]).map((element, i) => coerce(option.elements, element, `${path}[${i}]`));
  }
  if (option.type === 'dict') return coerceDict(option, result as Record<string, unknown>, path);
  return result;
}

// A whole document in an error helps nobody.
const shown = (value: unknown) =>
  typeof value === 'object'
    ? Array.isArray(value)
      ? 'a list'
      : 'a mapping'
    : JSON.stringify(value).slice(0, 60);

type ElementOption = (Option & { type: 'list' })['elements'];

function coerceDict(
  option: { options?: OptionSpecs; values?: OptionType },
  value: Record<string, unknown>,
  path: string,
): Record<string, unknown> {
  if (option.options) return coerceOptions(option.options, value, path);
  if (!option.values) return value;
  const of = { type: option.values, description: '' } as Option;
  // A null means that the key is not given, as it does for options.
  const given = Object.entries(value).filter(([, element]) => element !== null);
  return Object.fromEntries(given.map(([key, element]) => [key, coerce(of, element, `${path}.${key}`)]));
}

/**
 * A mapping of options: aliases by their real name, values coerced, defaults put in. A null counts as not
 * given, as in Ansible, except for an option that is `bare`. Unknown names are kept as they are, for the validator to complain about.
 * @param prefix the path of the mapping, empty at the top
 */
export function coerceOptions(
  specs: OptionSpecs,
  given: Record<string, unknown>,
  prefix = '',
): Record<string, unknown> {
  const at = (name: string) => optionAt(prefix, name);
  const result: Record<string, unknown> = Object.create(null);
  const aliases = new Map(
    Object.entries(specs).flatMap(([name, spec]) => (spec.aliases ?? []).map((alias) => [alias, name])),
  );
  for (const [written, said] of Object.entries(given)) {
    const name = aliases.get(written) ?? written;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const value = said === null && spec?.type === 'dict' && spec.bare ? {} : said;
    if (value === null || value === undefined) continue;
    result[name] = spec ? coerce(spec, value, at(written)) : value;
  }
  for (const [name, spec] of Object.entries(specs)) {
    if (!(name in result) && 'default' in spec && spec.default !== undefined) {
      result[name] = spec.default;
    }
  }
  return { ...result };
}

/** Values of a set of options, of what some other code says of them: with their defaults, and without what is undefined. */
export const withDefaults = <const O extends OptionSpecs>(
  specs: O,
  given: Readonly<Record<string, unknown>>,
): ValuesOf<O> => coerceOptions(specs, given) as ValuesOf<O>;
