/** A JSON Schema (draft 7) of a value; ajv compiles it at build time. */
export type Check = Readonly<Record<string, unknown>>;

/** The rules for a value: checks with their messages, and the rules for the values in it. */
export interface Schema {
  /** A message says what is required: `must be a text`, `needs 'name'`. Only the first that fails is shown. */
  readonly fits?: readonly { readonly check: Check; readonly hint: string }[];
  /** Values that are accepted but outdated: a warning. */
  readonly avoid?: { readonly check: Check; readonly advice: string };
  /** Of a mapping: its keys. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of a mapping: all other keys. Without it, and without `open`, a key that isn't in `properties` is an error. */
  readonly others?: Schema;
  readonly open?: true;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly items?: Schema;
  /** Of a mapping: more rules, by the value of one of its keys. */
  readonly cases?: { readonly key: string; readonly of: Readonly<Record<string, Schema>> };
}

/** A rule with its message, e.g. `needs 'name'`. */
export const must = (hint: string, check: Check): Schema => ({ fits: [{ check, hint }] });

/** A rule for a value. @param what describes a valid value, e.g. `a text` */
export const is = (what: string, check: Check): Schema => must(`must be ${what}`, check);

/** Several schemas together. */
export function both(...parts: readonly Schema[]): Schema {
  const fits = parts.flatMap((part) => part.fits ?? []);
  return Object.assign({}, ...parts, fits.length > 0 ? { fits } : {});
}

/** Any value. */
export const any: Schema = {};
/** A text; binary data counts as one. */
export const text = is('a text', { type: 'string' });
/** A text, or nothing. */
export const textOrNull = is('a text, or null', { type: ['string', 'null'] });
/** True or false. */
export const flag = is('true or false', { type: 'boolean' });
/** A whole number. */
export const number = is('a whole number', { type: 'integer' });
/** A number that isn't negative. */
export const atLeastZero = is('a number, 0 or more', { type: 'number', minimum: 0 });
/** A mapping with any keys. */
export const anyMapping = is('a mapping', { type: 'object' });
/** A list of anything. */
export const anyList = is('a list', { type: 'array' });

/** One of some texts. */
export const choice = (...values: readonly string[]): Schema =>
  is(values.length === 1 ? `'${values[0]}'` : `one of ${values.join(', ')}`, { enum: values });

/** A list. @param what for the message, e.g. `texts` */
export const listOf = (items: Schema, what: string): Schema => ({
  ...is(`a list of ${what}`, { type: 'array' }),
  items,
});

/** A list that is not empty: cloud-init refuses an empty one. */
export const filledListOf = (items: Schema, what: string): Schema => ({
  ...is(`a list of ${what}, and not an empty one`, { type: 'array', minItems: 1 }),
  items,
});

/** A list of texts. */
export const texts = listOf(text, 'texts');
/** A list of texts, with one at least. */
export const filledTexts = filledListOf(text, 'texts');

/** For lists only: the number of items. */
export const count = (hint: string, items: number): Schema =>
  must(hint, { anyOf: [{ not: { type: 'array' } }, { minItems: items, maxItems: items }] });

/** For mappings only: they have one of these keys. */
export const oneOfKeys = (hint: string, ...names: readonly string[]): Schema =>
  must(hint, { anyOf: [{ not: { type: 'object' } }, ...names.map((name) => ({ required: [name] }))] });

/** For lists only: they aren't empty. */
export const filledList = must('must not be empty', { minItems: 1 });

/** For mappings and lists: they aren't empty. */
export const filled = must('must not be empty', { minProperties: 1, minItems: 1 });

type Keys = Readonly<Record<string, Schema>>;
type Rules = Pick<Schema, 'required' | 'open' | 'others'>;

/** A mapping's keys, without a rule for other types of values: see `either`. */
export const keys = (properties: Keys, rules: Rules = {}): Schema => ({ properties, ...rules });

/** A mapping with such keys. */
export const mapping = (properties: Keys, rules: Rules = {}): Schema => ({
  ...anyMapping,
  properties,
  ...rules,
});

/** A mapping whose keys the user chooses. */
export const mappingOf = (others: Schema): Schema => mapping({}, { others });

/**
 * A value of one of several types.
 * @param what describes a valid value, for the message
 * @param types JSON Schema's names of the types
 * @param parts the rules for a list's items, or for a mapping (`keys`)
 */
export const either = (what: string, types: readonly string[], ...parts: readonly Schema[]): Schema =>
  both(is(what, { type: types }), ...parts);

/** A text, or several. */
export const textOrTexts = either('a text or a list of texts', ['string', 'array'], { items: text });
/** A scalar. */
export const scalar = either('a text, a whole number, true or false', ['string', 'integer', 'boolean']);

/** A value that is accepted but outdated. @param check the outdated values */
export const outdated = (schema: Schema, advice: string, check: Check = {}): Schema => ({
  ...schema,
  avoid: { check, advice: `is outdated${advice}` },
});

/** A key by its former name. */
export const renamed = (schema: Schema, key: string): Schema => outdated(schema, `: write '${key}'`);

/** The same schema for several keys. @param names separated by spaces */
export const each = (schema: Schema, names: string): Record<string, Schema> =>
  Object.fromEntries(names.split(' ').map((name) => [name, schema]));
