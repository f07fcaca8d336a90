/** A row's `_uuid`, or the name that an insert gives one within its transaction. */
export interface Ref {
  readonly uuid: string;
  /** It is an insert's `uuid-name`, of a row that this transaction inserts. */
  readonly named?: true;
}

export type StringMap = Readonly<Record<string, string>>;

/** A column's value in plain JavaScript. */
export type Value = string | number | boolean | undefined | readonly (string | number)[] | StringMap;

/** How a type of column looks in OVSDB's JSON, RFC 7047 section 5.1. */
export interface Kind<T extends Value> {
  readonly decode: (wire: unknown) => T;
  readonly encode: (value: T) => unknown;
}

const members = (wire: unknown, tag: string): unknown[] | undefined =>
  Array.isArray(wire) && wire[0] === tag && Array.isArray(wire[1]) ? wire[1] : undefined;

// A set of one is written as its element alone.
const setOf = (wire: unknown): unknown[] => members(wire, 'set') ?? [wire];

const uuidOf = (wire: unknown): string => (Array.isArray(wire) ? String(wire[1]) : '');

export const text: Kind<string> = { decode: String, encode: (value) => value };
export const integer: Kind<number> = { decode: Number, encode: (value) => value };
export const boolean: Kind<boolean> = { decode: (wire) => wire === true, encode: (value) => value };

/** The elements of a set in one order, each once. */
export const sorted = <T extends string | number>(elements: readonly T[]): T[] =>
  [...new Set(elements)].sort((a, b) => (a < b ? -1 : 1));

/** A set of none or one. */
export const optional = <T extends string | number>(): Kind<T | undefined> => ({
  decode: (wire) => setOf(wire)[0] as T | undefined,
  encode: (value) => (value === undefined ? ['set', []] : value),
});

/** A set of texts or numbers; none when it is cleared. */
export const set = <T extends string | number>(): Kind<readonly T[]> => ({
  decode: (wire) => sorted(setOf(wire) as T[]),
  encode: (value) => ['set', sorted(value ?? [])],
});

/** A set of references, as their UUIDs. */
export const uuids: Kind<readonly string[]> = {
  decode: (wire) => setOf(wire).map(uuidOf),
  encode: (value) => ['set', value.map((uuid) => ['uuid', uuid])],
};

/** A map of text to text. */
export const map: Kind<StringMap> = {
  decode: (wire) => Object.fromEntries((members(wire, 'map') ?? []) as [string, string][]),
  encode: (value) => ['map', Object.entries(value)],
};

/** A reference as an operation has it. */
export const encodeRef = ({ uuid, named }: Ref): unknown => [named ? 'named-uuid' : 'uuid', uuid];

/** A set of references, for inserts and mutations. */
export const encodeRefs = (refs: readonly Ref[]): unknown => ['set', refs.map(encodeRef)];
