import type { Rules } from '../modules/lib/ansible/spec.ts';

const option = (name: string) => `O(${name})`;

const listed = (names: readonly string[], word: string): string => {
  const all = names.map(option);
  const last = all.pop() ?? '';
  return all.length > 0 ? `${all.join(', ')} ${word} ${last}` : last;
};

function grouped(groups: readonly (readonly string[])[]): Map<string, (readonly string[])[]> {
  const pairs = new Map<string, (readonly string[])[]>();
  for (const names of groups) {
    const first = names.length === 2 ? (names[0] ?? '') : '';
    pairs.set(first, [...(pairs.get(first) ?? []), names]);
  }
  return pairs;
}

/** Names in one sentence, at most: more are hard to read. */
const READABLE = 15;

const chunks = (names: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(names.length / READABLE) }, (_, i) =>
    names.slice(i * READABLE, (i + 1) * READABLE),
  );

/** One sentence for all pairs with the same first option, or several where they are many. */
function exclusions(groups: readonly (readonly string[])[]): string[] {
  return [...grouped(groups)].flatMap(([first, of]) =>
    first && of.length > 1
      ? chunks(of.map(([, other = '']) => other)).map(
          (others) => `${option(first)} excludes ${listed(others, 'and')}.`,
        )
      : of.map((names) => `${listed(names, 'and')} exclude each other.`),
  );
}

/** The rules between the options of a module, as sentences for its documentation. */
export function ruleSentences(rules: Rules = {}): string[] {
  const { requiredTogether = [], mutuallyExclusive = [], requiredOneOf = [] } = rules;
  const { requiredIf = [], requiredUnlessKnown = [], requiredBy = {} } = rules;
  const required = (names: readonly string[], any: boolean) =>
    `${listed(names, any ? 'or' : 'and')} ${names.length === 1 || any ? 'is' : 'are'} required`;
  return [
    ...requiredOneOf.map((names) => `${listed(names, 'or')} is required.`),
    ...requiredTogether.map((names) => `${listed(names, 'and')} require each other.`),
    ...exclusions(mutuallyExclusive),
    ...requiredIf.map(
      ([name, value, names, any = false]) => `With ${option(`${name}=${value}`)}, ${required(names, any)}.`,
    ),
    ...requiredUnlessKnown.map(
      ([name, value, names, key, known]) =>
        `With ${option(`${name}=${value}`)}, ${required(names, true)}, unless ${option(key)} is one of ${known.map((one) => `V(${one})`).join(', ')}.`,
    ),
    ...Object.entries(requiredBy).map(([name, names]) => `With ${option(name)}, ${required(names, false)}.`),
  ];
}
