import { isMapping } from '../yaml/value.ts';
import type { Path, Problem } from './problem.ts';
import { unknownKey } from './unknown.ts';

/** What holds of a value, as build/schemas.ts writes it: checks and other rules are named by number. */
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

/** A schema made ready: what `schema:NAME` is. The last rule is of the whole document. */
export interface Compiled {
  readonly checks: readonly ((value: unknown) => boolean)[];
  readonly rules: readonly Rule[];
}

/** What is wrong with a value by a schema: the first check that fails of each value, and all keys that aren't known. */
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

// What YAML makes of a text that isn't quoted is the commonest reason, and the least visible.
function explained(hint: string, value: unknown): string {
  if (value === null) return ': it is empty (null)';
  if (!/\btexts?\b/.test(hint)) return '';
  if (typeof value === 'number' && !/\bnumber\b/.test(hint)) return ': YAML makes a number of it; quote it';
  if (typeof value === 'boolean' && !/\bfalse\b/.test(hint))
    return ': YAML makes true or false of it; quote it';
  if (typeof value === 'symbol') return `: YAML makes ${value.description} of it; quote it`;
  if (isMapping(value) && !/\bmapping/.test(hint))
    return ": it is a mapping; if a ': ' in a text made it one, quote the text";
  return '';
}
