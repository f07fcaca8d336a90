import { MASK } from '../mask.ts';
import { toDict } from './coerce.ts';
import type { DictOption, Option, OptionSpecs } from './spec.ts';

// In a mapping that is secret as a whole (user-data), not every leaf is: a host name masked would make a
// result unreadable. These keys' values are.
const SECRET_KEY = /pass|psk|secret|token|private|key$|hash/i;

// A short text would mask parts of ordinary words.
const SHORTEST = 4;

function leaves(value: unknown, key: string, whole: boolean): string[] {
  if (typeof value === 'string') return whole || SECRET_KEY.test(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((element) => leaves(element, key, whole));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, element]) => leaves(element, name, whole));
  }
  return [];
}

// The keys of a free mapping that hold secrets; of a text that is no mapping, all of it.
function keyedSecrets({ secretKeys = [] }: DictOption, value: unknown): string[] {
  const mapping = toDict(value);
  if (mapping === undefined) return typeof value === 'string' ? [value] : [];
  return secretKeys.flatMap((key) => {
    const secret = mapping[key];
    return typeof secret === 'string' || typeof secret === 'number' ? [String(secret)] : [];
  });
}

function secretsIn(specs: OptionSpecs, options: Record<string, unknown>): string[] {
  return Object.entries(specs).flatMap(([name, option]: [string, Option]) => {
    const value = options[name];
    if (value === undefined || value === null) return [];
    if (option.secret)
      return typeof value === 'string' ? [value] : leaves(value, name, option.type === 'str');
    if (option.type === 'dict' && option.secretKeys) return keyedSecrets(option, value);
    if (option.type === 'dict' && option.options) return secretsIn(option.options, toDict(value) ?? {});
    if (option.type === 'list' && option.elements.type === 'dict' && Array.isArray(value)) {
      const inner = option.elements.options ?? {};
      return value.flatMap((element) => secretsIn(inner, toDict(element) ?? {}));
    }
    return [];
  });
}

/** The texts that no output may hold, longest first, from an item's options as they were given. */
export function secretsOf(specs: OptionSpecs, options: Record<string, unknown>): string[] {
  return longestFirst(secretsIn(specs, options));
}

/** Texts in the order in which they are masked, each once: one may be a part of another. */
export function longestFirst(texts: readonly string[]): string[] {
  const long = texts.map((text) => text.trim()).filter((text) => text.length >= SHORTEST);
  return [...new Set(long)].sort((a, b) => b.length - a.length);
}

/** A value with every secret in its texts masked: the last line of defence, after not putting them there. */
export function masked(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return value;
  if (typeof value === 'string') {
    return secrets.reduce((text, secret) => text.replaceAll(secret, MASK), value);
  }
  if (Array.isArray(value)) return value.map((element) => masked(element, secrets));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, masked(element, secrets)]));
  }
  return value;
}
