import { Failure, Failures, OptionError, optionAt } from '../failure.ts';
import type { OptionSpecs, Rules } from './spec.ts';

type Options = Readonly<Record<string, unknown>>;

const has = (options: Options) => (name: string) => options[name] !== undefined;
const listed = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

/**
 * Checks the rules between options.
 * @param where the item the options belong to, e.g. `ports[2]`, or empty
 * @throws Failure that names the options of the first rule that is broken
 */
export function checkRules(rules: Rules, options: Options, where = ''): void {
  const given = has(options);
  const fail = (message: string) => {
    throw new Failure(where ? `${where}: ${message}` : message);
  };
  for (const names of rules.requiredTogether ?? []) {
    const missing = names.filter((name) => !given(name));
    if (missing.length > 0 && missing.length < names.length) {
      fail(`option ${listed(names.filter(given))} needs ${listed(missing)} as well`);
    }
  }
  for (const names of rules.mutuallyExclusive ?? []) {
    const both = names.filter(given);
    if (both.length > 1) fail(`options ${listed(both)} exclude each other: give one of them`);
  }
  for (const names of rules.requiredOneOf ?? []) {
    if (!names.some(given)) fail(`one of the options ${listed(names)} is required`);
  }
  for (const [name, needed] of Object.entries(rules.requiredBy ?? {})) {
    const missing = given(name) ? needed.filter((one) => !given(one)) : [];
    if (missing.length > 0) fail(`option '${name}' needs ${listed(missing)} as well`);
  }
  for (const [name, value, required, any = false] of rules.requiredIf ?? []) {
    const missing = options[name] === value ? required.filter((needed) => !given(needed)) : [];
    if (any) {
      if (missing.length === required.length) fail(`one of the options ${listed(required)} is required`);
      continue;
    }
    if (missing.length > 0) fail(`option '${name}' is ${value}, so ${listed(missing)} must be given`);
  }
  for (const [name, value, required, key, known] of rules.requiredUnlessKnown ?? []) {
    const one = String(options[key]);
    if (options[name] !== value || required.some(given) || known.includes(one)) continue;
    const message = `'${one}' is not one of ${known.join(', ')}: give one of the options ${listed(required)}`;
    throw new OptionError(optionAt(where, key), message);
  }
}

/**
 * Checks that what is required by the value of another option is given.
 * @param where the item the options belong to, e.g. `vms[2]`, or empty
 * @throws Failure that names all that is not
 */
export function checkRequired(specs: OptionSpecs, options: Options, where = ''): void {
  const missing = Object.entries(specs).flatMap(([name, { requiredUnless }]) => {
    if (!requiredUnless || has(options)(name)) return [];
    const [other, value, given] = requiredUnless;
    if (options[other] === value || (given !== undefined && has(options)(given))) return [];
    const unless = `'${other}' is '${value}'${given === undefined ? '' : `, or '${given}' is given`}`;
    return new OptionError(optionAt(where, name), `is required, unless ${unless}`);
  });
  if (missing.length === 1) throw missing[0];
  if (missing.length > 1) throw new Failures(missing);
}
