// What ansible-doc says, as JSON and as it prints it.

/** An option or a returned value, as ansible-doc's JSON has it. */
export interface Field {
  readonly type?: string;
  readonly elements?: string;
  /** The keys of a module's option. */
  readonly suboptions?: Fields;
  /** The keys of a role's option. */
  readonly options?: Fields;
  /** The keys of a returned value. */
  readonly contains?: Fields;
}

export type Fields = Readonly<Record<string, Field>>;

const keysOf = ({ suboptions, options, contains }: Field): Fields | undefined =>
  suboptions ?? options ?? contains;

/** All options or returned values with their paths, nested ones too. */
export const fieldsOf = (fields: Fields, above = ''): (readonly [path: string, field: Field])[] =>
  Object.entries(fields).flatMap(([name, field]) => [
    [above + name, field] as const,
    ...fieldsOf(keysOf(field) ?? {}, `${above}${name}.`),
  ]);

/** The lists of mappings whose keys are not documented. */
export const listsWithoutKeys = (fields: Fields): string[] =>
  fieldsOf(fields)
    .filter(([, field]) => field.type === 'list' && field.elements === 'dict' && !keysOf(field))
    .map(([path]) => path);

// What isn't a text for a reader.
const VALUES = ['default', 'choices', 'sample', 'examples', 'path', 'filename'];

/** All texts of a page, with their paths. */
export function textsOf(page: unknown, path = ''): (readonly [path: string, text: string])[] {
  if (typeof page === 'string') return [[path, page]];
  if (typeof page !== 'object' || page === null) return [];
  return Object.entries(page).flatMap(([key, inner]) =>
    VALUES.includes(key) && !isField(inner) ? [] : textsOf(inner, `${path}.${key}`),
  );
}

// An option may have the name of a field.
const isField = (value: unknown) => typeof value === 'object' && value !== null && 'description' in value;

/** The paths of the options that a printed page shows, by their indentation. */
export function printedOptions(page: string): string[] {
  const start = /^OPTIONS \(.*\n/im.exec(page);
  if (!start) return [];
  const rest = page.slice(start.index + start[0].length);
  const section = rest.slice(0, /^\S(?<![-=])/m.exec(rest)?.index);
  const above: { indent: number; name: string }[] = [];
  return [...section.matchAll(/^( *)[-=] (\w+)/gm)].map(([, { length: indent } = '', name = '']) => {
    while ((above.at(-1)?.indent ?? -1) >= indent) above.pop();
    above.push({ indent, name });
    return above.map((one) => one.name).join('.');
  });
}

// A macro's name with its bracket, which a reader should never see; its end may be on the next line.
const MACRO = /\b(?:[A-Z]|RV)\(|HORIZONTALLINE/g;
// What a program writes where it has no text. Ansible itself prints `default: null`.
const NO_TEXT = /\bundefined\b|\[object |NaN|\bNone\b|(?<!^ *default: )\bnull\b/gm;

/** What no reader should see in a printed page, each with what follows it. */
export const leftovers = (page: string): string[] =>
  [MACRO, NO_TEXT].flatMap((what) =>
    [...page.matchAll(what)].map(({ index }) => page.slice(index, index + 60)),
  );

/** A macro within a macro, or one that only newer releases than 2.14 know: these print them as they stand. */
export const unprintable = (text: string): string[] =>
  [...text.matchAll(/\b(?:(?:[IBMULRC])\([^()]*\(|(?:[ADEFGHJKNOPQSTVWXYZ]|RV)\()[^)]*/g)].map(
    ([found]) => found,
  );

/** What reads well in one paragraph. */
const CHARACTERS = 300;
const SENTENCES = 4;

export const isLong = (paragraph: string): boolean =>
  paragraph.length > CHARACTERS || (paragraph.match(/[.?!](?=\s|$)/g) ?? []).length > SENTENCES;
