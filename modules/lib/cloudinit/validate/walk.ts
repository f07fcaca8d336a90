import { isMapping } from '../yaml/value.ts';
import type { Path, Problem } from './problem.ts';
import { unknownKey } from './unknown.ts';

/** The rules for a value, as build/schemas.ts writes them: checks and other rules are referred to by number. */
export interface Rule {
  readonly fits?: readonly (readonly [check: number, hint: string])[];
  readonly avoid?: readonly [check: number, advice: string];
  readonly properties?: Readonly<Record<string, number>>;
  readonly others?: number;
  readonly open?: true;
  readonly required?: readonly string[];
  readonly items?: number;
  readonly cases?: { readonly key: string; readonly of: Readonly<Record<string, number>> };
}

/** A compiled schema, which `schema:NAME` imports. The last rule is for the whole document. */
export interface Compiled {
  readonly checks: readonly ((value: unknown) => boolean)[];
  readonly rules: readonly Rule[];
}

/** The problems of a value by a schema: of each value the first check that fails, and all unknown keys. */
export function walk({ checks, rules }: Compiled, document: unknown): Problem[] {
  const problems: Problem[] = [];

  const visit = (number: number, value: unknown, path: Path): void => {
    const rule = rules[number] ?? {};
    const failed = rule.fits?.find(([check]) => !checks[check]?.(value));
    if (failed) problems.push({ path, level: 'error', text: `${failed[1]}${explained(failed[1], value)}` });
    const [check, advice] = rule.avoid ?? [-1, ''];
    if (!failed && checks[check]?.(value)) problems.push({ path, level: 'warning', text: advice });
    if (Array.isArray(value) && rule.items !== undefined) {
      for (const [i, item] of value.entries()) visit(rule.items, item, [...path, i]);
    }
    if (isMapping(value)) visitKeys(rule, value, path);
  };

  const visitKeys = (rule: Rule, value: Record<string, unknown>, path: Path): void => {
    const { properties, others, required = [], cases } = rule;
    for (const name of required) {
      if (!Object.hasOwn(value, name)) problems.push({ path, level: 'error', text: `needs '${name}'` });
    }
    if (cases) {
      const which = value[cases.key];
      const found = typeof which === 'string' && Object.hasOwn(cases.of, which) ? cases.of[which] : undefined;
      if (found !== undefined) visitKeys(rules[found] ?? {}, value, path);
    }
    if (!properties) {
      if (others !== undefined)
        for (const key of Object.keys(value)) visit(others, value[key], [...path, key]);
      return;
    }
    const known = Object.keys(properties);
    for (const [key, item] of Object.entries(value)) {
      const next = Object.hasOwn(properties, key) ? properties[key] : others;
      if (next !== undefined) visit(next, item, [...path, key]);
      else if (!rule.open) problems.push(unknownKey([...path, key], known));
    }
  };

  visit(rules.length - 1, document, []);
  return problems;
}

// The commonest reason, and the least visible, is a text without quotes that YAML reads as another type.
function explained(hint: string, value: unknown): string {
  if (value === null) return ': it is empty (null)';
  if (!/\btexts?\b/.test(hint)) return '';
  if (typeof value === 'number' && !/\bnumber\b/.test(hint)) return ': YAML reads it as a number: quote it';
  if (typeof value === 'boolean' && !/\bfalse\b/.test(hint))
    return ': YAML reads it as true or false: quote it';
  if (typeof value === 'symbol') return `: YAML reads it as ${value.description}: quote it`;
  if (isMapping(value) && !/\bmapping/.test(hint))
    return ": it is a mapping: if it is meant as a text with ': ', quote it";
  return '';
}
