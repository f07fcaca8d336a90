/** A JSON Schema (draft 7) that a value either fits or not; ajv compiles it ahead. */
export type Check = Readonly<Record<string, unknown>>;

/** What holds of a value: checks with what people are told when it doesn't fit, and what holds of the values in it. */
export interface Schema {
  /** A hint says what must be: `must be a text`, `needs 'name'`. The first that fails is told. */
  readonly fits?: readonly { readonly check: Check; readonly hint: string }[];
  /** Values that are taken but have a better way: a warning. */
  readonly avoid?: { readonly check: Check; readonly advice: string };
  /** Of a mapping: its keys. */
  readonly properties?: Readonly<Record<string, Schema>>;
  /** Of a mapping: all other keys. Without it, and without `open`, a key that isn't in `properties` is an error. */
  readonly others?: Schema;
  readonly open?: true;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly items?: Schema;
  /** Of a mapping: what else holds by the value of one of its keys. */
  readonly cases?: { readonly key: string; readonly of: Readonly<Record<string, Schema>> };
}

/** A rule told as what must be, e.g. `needs 'name'`. */
export const must = (hint: string, check: Check): Schema => ({ fits: [{ check, hint }] });

/** A rule for a value: `what` is what a right one is, e.g. `a text`. */
export const is = (what: string, check: Check): Schema => must(`must be ${what}`, check);

/** All that several schemas say. */
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

/** A list with something in it: cloud-init refuses an empty one. */
export const filledListOf = (items: Schema, what: string): Schema => ({
  ...is(`a list of ${what}, and not an empty one`, { type: 'array', minItems: 1 }),
  items,
});

/** A list of texts. */
export const texts = listOf(text, 'texts');
/** A list of texts, with one at least. */
export const filledTexts = filledListOf(text, 'texts');

/** Holds of lists only: how many items there are. */
export const count = (hint: string, items: number): Schema =>
  must(hint, { anyOf: [{ not: { type: 'array' } }, { minItems: items, maxItems: items }] });

/** Holds of mappings only: they have one of these keys. */
export const oneOfKeys = (hint: string, ...names: readonly string[]): Schema =>
  must(hint, { anyOf: [{ not: { type: 'object' } }, ...names.map((name) => ({ required: [name] }))] });

/** Holds of lists only: they aren't empty. */
export const filledList = must('must not be empty', { minItems: 1 });

/** Holds of mappings and lists: they aren't empty. */
export const filled = must('must not be empty', { minProperties: 1, minItems: 1 });

type Keys = Readonly<Record<string, Schema>>;
type Rules = Pick<Schema, 'required' | 'open' | 'others'>;

/** What a mapping's keys are, and nothing of other kinds of value: see `either`. */
export const keys = (properties: Keys, rules: Rules = {}): Schema => ({ properties, ...rules });

/** A mapping with such keys. */
export const mapping = (properties: Keys, rules: Rules = {}): Schema => ({
  ...anyMapping,
  properties,
  ...rules,
});

/** A mapping with keys of the user's choice. */
export const mappingOf = (others: Schema): Schema => mapping({}, { others });

/**
 * A value of several kinds.
 * @param what what a right one is, for the message
 * @param types JSON Schema's names of the kinds
 * @param parts what holds of a list's items, or of a mapping (`keys`)
 */
export const either = (what: string, types: readonly string[], ...parts: readonly Schema[]): Schema =>
  both(is(what, { type: types }), ...parts);

/** A text, or several. */
export const textOrTexts = either('a text or a list of texts', ['string', 'array'], { items: text });
/** A value that holds no others. */
export const scalar = either('a text, a whole number, true or false', ['string', 'integer', 'boolean']);

/** Something that is taken, but has a better way. @param check the values that have */
export const outdated = (schema: Schema, advice: string, check: Check = {}): Schema => ({
  ...schema,
  avoid: { check, advice: `is outdated${advice}` },
});

/** A key by its former name. */
export const renamed = (schema: Schema, key: string): Schema => outdated(schema, `: write '${key}'`);

/** The same schema for several keys. @param names with spaces between */
export const each = (schema: Schema, names: string): Record<string, Schema> =>
  Object.fromEntries(names.split(' ').map((name) => [name, schema]));
