import { isMapping } from '../yaml/value.ts';
import type { Path } from './problem.ts';

// A document that a schema refuses is read all the same, so that other problems in it are found too.

/** A value and its path. */
export interface At<T> {
  readonly value: T;
  readonly path: Path;
}

type Mapping = Record<string, unknown>;

/** The value of a key, where it is a text. */
export function textIn({ value, path }: At<Mapping>, key: string): At<string> | undefined {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === 'string' ? { value: found, path: [...path, key] } : undefined;
}

/** The value of a key, where it is a mapping. */
export function mappingIn({ value, path }: At<Mapping>, key: string): At<Mapping> | undefined {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return isMapping(found) ? { value: found, path: [...path, key] } : undefined;
}

/** The items of a list at a key. */
export function itemsIn({ value, path }: At<Mapping>, key: string): At<unknown>[] {
  const found = Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(found) ? found.map((item, i) => ({ value: item, path: [...path, key, i] })) : [];
}

/** The values that are mappings. */
export const mappingsOf = (items: readonly At<unknown>[]): At<Mapping>[] =>
  items.filter((item): item is At<Mapping> => isMapping(item.value));

/** The values that are texts. */
export const textsOf = (items: readonly At<unknown>[]): At<string>[] =>
  items.filter((item): item is At<string> => typeof item.value === 'string');

/** The mappings in the mapping at a key, whose keys the user chooses. */
export function namedIn(at: At<Mapping>, key: string): (At<Mapping> & { readonly name: string })[] {
  const found = mappingIn(at, key);
  if (!found) return [];
  return Object.entries(found.value).flatMap(([name, value]) =>
    isMapping(value) ? [{ name, value, path: [...found.path, name] }] : [],
  );
}

/** A text, or the texts of a list, at a key. */
export function oneOrMoreIn(at: At<Mapping>, key: string): At<string>[] {
  const one = textIn(at, key);
  return one ? [one] : textsOf(itemsIn(at, key));
}
