import { Failure, OptionError } from '../failure.ts';
import { coerceOptions, isMapping, refuseRepr, toDict } from './coerce.ts';
import { DEEPEST, isTooDeep } from './nesting.ts';
import { problemsOf, together, type Validator } from './problems.ts';
import { checkRequired, checkRules } from './rules.ts';
import type { Spec } from './spec.ts';

/** The mode of this run: Ansible's `_ansible_*` arguments. */
export interface Mode {
  readonly check: boolean;
  readonly diff: boolean;
  /** Whether long work may go on in the background: our action plugin, which asks for it, follows it. */
  readonly follow: boolean;
  /** Whether our action plugin answers what plans ask. */
  readonly asks: boolean;
}

/** One item's options as the user wrote them, and their path in the task. */
export interface Given {
  /**
   * `seeds[1]`, `images['debian']` where the items are a mapping, or empty when the task isn't in list form. Of an item that the
   * action plugin has made, what it was made from: `groups[0].types[1]`, `files/pftest line 2`.
   */
  readonly path: string;
  readonly options: Record<string, unknown>;
}

export interface Arguments {
  readonly mode: Mode;
  readonly items: readonly Given[];
  readonly listed: boolean;
}

const INTERNAL = '_ansible_';

/**
 * Parses the arguments that Ansible put in.
 * @throws Failure on a number beyond 2^53, which JSON.parse has rounded, on a `__proto__` key, and on values that are nested
 * too deep
 */
export function parseArguments(json: string): Record<string, unknown> {
  const given: unknown = JSON.parse(json);
  if (typeof given !== 'object' || given === null) throw new Failure('the arguments are not a mapping');
  for (const [option, value] of Object.entries(given)) {
    if (isTooDeep(value)) {
      throw new OptionError(option, `it is nested more than ${DEEPEST} levels deep: give it with fewer`);
    }
    checkValue(option, value);
  }
  return given as Record<string, unknown>;
}

function checkValue(key: string, value: unknown): void {
  if (key === '__proto__') throw new Failure("a key named '__proto__' is not taken");
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new Failure(`'${key}': a whole number beyond 2^53 loses digits in JSON: quote it`);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [inner, element] of Object.entries(value)) checkValue(inner, element);
}

/** Splits what Ansible sent into the run's mode and the items; in list form, options beside the list hold for every item. */
export function splitArguments(spec: Spec, given: Record<string, unknown>): Arguments {
  const entries = Object.entries(given);
  const internal = Object.fromEntries(entries.filter(([name]) => name.startsWith(INTERNAL)));
  const options = Object.fromEntries(entries.filter(([name]) => !name.startsWith(INTERNAL)));
  const mode = {
    check: internal._ansible_check_mode === true,
    diff: internal._ansible_diff === true,
    follow: internal._ansible_piecewise_follow === true,
    asks: internal._ansible_piecewise_asks === true,
  };
  const name = spec.list?.option;
  const list = name === undefined ? undefined : options[name];
  if (name === undefined || list === undefined || list === null) {
    return { mode, items: [{ path: '', options }], listed: false };
  }
  const { [name]: _, ...beside } = options;
  const items = itemsOf(spec, name, list, commonOf(spec, beside));
  return { mode, items: withOrigins(items, internal._ansible_piecewise_origins), listed: true };
}

// One line that a terminal prints as it is.
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u;

const isOrigin = (value: unknown) => value === null || (typeof value === 'string' && PRINTABLE.test(value));

/** Items with the paths that the action plugin tells. They are for messages only: a list that isn't like that is ignored. */
function withOrigins(items: readonly Given[], origins: unknown): readonly Given[] {
  if (!Array.isArray(origins) || origins.length !== items.length || !origins.every(isOrigin)) return items;
  return items.map((item, i) => ({ ...item, path: (origins[i] as string | null) ?? item.path }));
}

// The options beside the list. Those of the option for defaults override them.
function commonOf({ list }: Spec, beside: Record<string, unknown>): Record<string, unknown> {
  const name = list?.defaults;
  const given = name === undefined ? undefined : beside[name];
  if (name === undefined || given === undefined || given === null) return beside;
  const { [name]: _, ...common } = beside;
  const defaults = toDict(given);
  if (!defaults) throw new OptionError(name, 'is not a mapping');
  return { ...common, ...defaults };
}

function itemsOf(
  { list: form }: Spec,
  name: string,
  list: unknown,
  common: Record<string, unknown>,
): Given[] {
  refuseRepr(list, name);
  if (form?.mapping !== undefined) return entriesOf(form.mapping, name, list, common);
  if (!Array.isArray(list)) throw new OptionError(name, 'is not a list of mappings');
  return list.map((item: unknown, i) => {
    const path = `${name}[${i}]`;
    return { path, options: { ...common, ...mappingAt(path, item) } };
  });
}

// Items that are a mapping: the key of each is one of its options.
function entriesOf(key: string, name: string, all: unknown, common: Record<string, unknown>): Given[] {
  if (Object.hasOwn(common, key)) {
    throw new OptionError(key, `is the key of each entry of '${name}': leave it out`);
  }
  if (!isMapping(all)) throw new OptionError(name, 'is not a mapping of mappings');
  return Object.entries(all).map(([given, entry]) => {
    const path = `${name}['${given}']`;
    const options = mappingAt(path, entry);
    if (Object.hasOwn(options, key)) {
      throw new OptionError(`${path}.${key}`, `is already set by the entry's key '${given}': leave it out`);
    }
    return { path, options: { ...common, ...options, [key]: given } };
  });
}

function mappingAt(path: string, item: unknown): Record<string, unknown> {
  if (isMapping(item)) return item;
  throw new OptionError(path, 'is not a mapping');
}

/**
 * One item's options: coerced, defaulted and valid.
 * @throws Failure that names every option that is wrong
 */
export function readOptions(
  spec: Spec,
  validate: Validator,
  { options, path }: Given,
): Record<string, unknown> {
  const coerced = coerceOptions(spec.options, options, path);
  if (!validate(coerced)) throw together(problemsOf(validate.errors ?? [], spec.options, coerced, path));
  checkRequired(spec.options, coerced, path);
  checkRules(spec.rules ?? {}, coerced, path);
  return coerced;
}
