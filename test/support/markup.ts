/** What the markup of a module's texts may refer to. */
export interface Names {
  /** The values of each option, by its path (`disks.source`); undefined where any is valid. */
  readonly options: ReadonlyMap<string, readonly string[] | undefined>;
  /** The paths of what the module returns. */
  readonly returns: ReadonlySet<string>;
  /** The modules of this collection, by their full names. */
  readonly modules: readonly string[];
}

type Check = (content: string, names: Names, above: string) => boolean;

const anything: Check = () => true;

const fullName = (name: string, modules: readonly string[]): boolean =>
  name.startsWith('piecewise.') ? modules.includes(name) : /^\w+(\.\w+){2,}$/.test(name);

const url: Check = (content) => /^https?:\/\/\S+$/.test(content.split(',').at(-1)?.trim() ?? '');

// The macros of ansible-doc, and whether their content is valid.
const MACROS: Readonly<Record<string, Check>> = {
  B: anything,
  C: anything,
  E: (content) => /^\w+$/.test(content),
  I: anything,
  L: (content, names, above) => content.includes(',') && url(content, names, above),
  M: (content, { modules }) => fullName(content, modules),
  O: (content, { options }, above) => optionExists(content, options, above),
  P: (content, { modules }) => {
    const [name = '', type = ''] = content.split('#');
    return type !== '' && (type !== 'module' || fullName(name, modules));
  },
  RV: (content, { returns }) => returns.has(pathOf(content)),
  U: url,
  V: (content) => content !== '',
};

const pathOf = (reference: string) => reference.replaceAll('[]', '');

// An option may be named as its neighbours call it: the same options are documented in several modules.
function optionExists(content: string, options: Names['options'], above: string): boolean {
  const [, reference = '', value] = /^([^=]*)(?:=(.*))?$/.exec(content) ?? [];
  const holders = above.split('.').map((_, depth, parts) => parts.slice(0, parts.length - depth).join('.'));
  const paths = [...holders.map((holder) => `${holder}.${pathOf(reference)}`), pathOf(reference)];
  const path = paths.find((one) => options.has(one));
  if (path === undefined) return false;
  const values = options.get(path);
  return value === undefined || values === undefined || values.includes(value);
}

/**
 * What is wrong with the macros of a text.
 * @param above the path of the option that holds the described one; empty at the top
 */
export function markupProblems(text: string, names: Names, above = ''): string[] {
  return [...text.matchAll(/\b([A-Z]+)\(([^)]*)(\)?)/g)].flatMap(([macro, name = '', content = '', end]) => {
    const check = MACROS[name];
    if (!check) return [`${macro} is not a macro of ansible-doc`];
    return end && check(content, names, above) ? [] : [`${macro} is not valid, or refers to nothing`];
  });
}
