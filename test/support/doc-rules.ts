import { markupProblems, type Names } from './markup.ts';

// What is asked of documentation in addition to ansible-test's validate-modules, which reads the built files.

/** An option, as documented. Keys of a mapping are `suboptions` in a module, and `options` in a role. */
export interface OptionDoc {
  readonly description: string | readonly string[];
  readonly type?: string;
  readonly choices?: readonly unknown[];
  readonly default?: unknown;
  readonly version_added?: string;
  readonly suboptions?: Readonly<Record<string, OptionDoc>>;
  readonly options?: Readonly<Record<string, OptionDoc>>;
}

/** What a module returns, as documented. */
export interface ReturnDoc {
  readonly description: string;
  readonly returned: string;
  readonly contains?: Readonly<Record<string, ReturnDoc>>;
}

/** The documentation of a module or role. */
export interface Doc {
  readonly short_description: string;
  readonly description: string | readonly string[];
  readonly version_added?: string;
  readonly notes?: readonly string[];
  readonly requirements?: readonly string[];
  readonly options: Readonly<Record<string, OptionDoc>>;
  readonly attributes?: Readonly<Record<string, { readonly description: string }>>;
  readonly seealso?: readonly { readonly module: string }[];
}

/** Whether release `a` is after `b`. */
export function isAfter(a: string, b: string): boolean {
  const numbers = (version: string) => version.replace(/-.*/, '').split('.').map(Number);
  const [first, second] = [numbers(a), numbers(b)];
  const at = first.findIndex((number, i) => number !== second[i]);
  return at >= 0 && (first[at] ?? 0) > (second[at] ?? 0);
}

const sentence = (text: string): string[] =>
  /^(?:[A-Z0-9'"]|[A-Z]+\().*[.:]$/s.test(text) ? [] : [`'${text}' is not a sentence`];

/** The most characters of a short description that `ansible-doc --list` shows beside a module's name. */
const SHORT = 80;

/** What is wrong with the documentation of a module or role. @param version the collection's */
export function docProblems(
  doc: Doc,
  returns: Readonly<Record<string, ReturnDoc>>,
  modules: readonly string[],
  version: string,
): string[] {
  const names: Names = {
    options: new Map(valuesOf(doc.options, '')),
    returns: new Set(pathsOf(returns, '')),
    modules,
  };
  const { short_description: short, attributes = {}, seealso = [], notes = [], requirements = [] } = doc;
  const sentences = [...[doc.description].flat(), ...notes, ...described(attributes)];
  return [
    ...(short.length > SHORT || /[.:]$/.test(short) ? [`'${short}' is not a short title`] : []),
    ...sentences.flatMap(sentence),
    ...[short, ...sentences, ...requirements].flatMap((text) => markupProblems(text, names)),
    ...seealso.filter(({ module }) => !modules.includes(module)).map(({ module }) => `no module ${module}`),
    ...versionProblems('', doc, version),
    ...optionProblems(doc.options, '', names, { first: doc.version_added, version }),
    ...returnProblems(returns, names),
  ];
}

const described = (docs: Readonly<Record<string, { readonly description: string }>>): string[] =>
  Object.values(docs).map(({ description }) => description);

const keysOf = ({ suboptions, options }: OptionDoc) => suboptions ?? options ?? {};

const valuesOf = (
  options: Readonly<Record<string, OptionDoc>>,
  above: string,
): (readonly [string, readonly string[] | undefined])[] =>
  Object.entries(options).flatMap(([name, option]) => [
    [above + name, option.type === 'bool' ? ['true', 'false'] : option.choices?.map(String)] as const,
    ...valuesOf(keysOf(option), `${above}${name}.`),
  ]);

const pathsOf = (returns: Readonly<Record<string, ReturnDoc>>, above: string): string[] =>
  Object.entries(returns).flatMap(([name, { contains = {} }]) => [
    above + name,
    ...pathsOf(contains, `${above}${name}.`),
  ]);

function versionProblems(path: string, doc: { readonly version_added?: string }, version: string): string[] {
  const added = doc.version_added;
  return added !== undefined && isAfter(added, version)
    ? [`${path}: version_added ${added} is after ${version}`]
    : [];
}

function optionProblems(
  options: Readonly<Record<string, OptionDoc>>,
  above: string,
  names: Names,
  releases: { readonly first?: string | undefined; readonly version: string },
): string[] {
  return Object.entries(options).flatMap(([name, option]) => {
    const path = above ? `${above}.${name}` : name;
    const { choices, default: value, version_added: added } = option;
    const texts = [option.description].flat();
    const early = added !== undefined && releases.first !== undefined && !isAfter(added, releases.first);
    return [
      ...texts.flatMap((text) => [...sentence(text), ...markupProblems(text, names, above)]),
      ...(choices && value !== undefined && ![value].flat().every((one) => choices.includes(one))
        ? ['its default is not one of its choices']
        : []),
      ...(early ? ['its version_added is not after that of its module'] : []),
      ...versionProblems('', option, releases.version),
    ]
      .map((problem) => `${path}: ${problem}`)
      .concat(optionProblems(keysOf(option), path, names, releases));
  });
}

const returnProblems = (returns: Readonly<Record<string, ReturnDoc>>, names: Names): string[] =>
  Object.entries(returns).flatMap(([name, { description, returned, contains = {} }]) => [
    ...[
      ...sentence(description),
      ...[description, returned].flatMap((text) => markupProblems(text, names)),
    ].map((problem) => `${name}: ${problem}`),
    ...returnProblems(contains, names),
  ]);

/** Names of options whose values are mostly secrets. */
const SECRET = /pass(?!ive)|secret(?!_uuid)|token|psk|private_key|credential/;

/** The options of a role that look like secrets, and whose values Ansible may print. */
export const unmarkedSecrets = (options: Readonly<Record<string, object>>): string[] =>
  Object.entries(options)
    .filter(([name, option]) => SECRET.test(name) && !('no_log' in option || 'secret' in option))
    .map(([name]) => name);
