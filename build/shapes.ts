import type { ReturnField, Spec } from '../modules/lib/ansible/spec.ts';

/** What a value is, as Python of plugins/plugin_utils/_host_answer.py reads it: a type, a list of one shape, or a mapping. */
function shapeOf({ type, elements, contains, values }: ReturnField): string {
  if (type === 'list') {
    if (contains) return `[${mappingOf(contains)}]`;
    return `[${elements ?? 'str'}]`;
  }
  if (type !== 'dict') return type;
  if (values) return `{"*": ${shapeOf(values)}}`;
  if (contains) return mappingOf(contains);
  throw new Error("a mapping in 'returns' needs 'contains', or the type of its 'values'");
}

const fieldsOf = (fields: Readonly<Record<string, ReturnField>>): string[] =>
  Object.entries(fields).map(([name, field]) => `${JSON.stringify(name)}: ${shapeOf(field)}`);

const mappingOf = (fields: Readonly<Record<string, ReturnField>>): string =>
  `{${fieldsOf(fields).join(', ')}}`;

/** Characters of a line of Python. */
const LONGEST = 150;

/** The lines of a field: one, or one for each field of a long mapping, or of the mappings in a long list. */
function linesOf(name: string, field: ReturnField): string[] {
  const line = `        ${JSON.stringify(name)}: ${shapeOf(field)},`;
  if (line.length <= LONGEST || !field.contains) return [line];
  const inner = fieldsOf(field.contains).map((one) => `            ${one},`);
  const [open, close] = field.type === 'list' ? ['[{', '}]'] : ['{', '}'];
  return [`        ${JSON.stringify(name)}: ${open}`, ...inner, `        ${close},`];
}

/** The modules whose results are read key by key, so that none that is always returned may be missing. */
const COMPLETE = ['cloud_info'];

/** The keys that are always returned, each with those within it; of a list, those of each item. */
const alwaysOf = (fields: Readonly<Record<string, ReturnField>>): string[] =>
  Object.entries(fields).flatMap(([name, { returned, contains }]) =>
    returned === 'always'
      ? `${JSON.stringify(name)}: {${contains ? alwaysOf(contains).join(', ') : ''}}`
      : [],
  );

/** The source of plugins/plugin_utils/_shapes.py: the fields that each of some modules returns. */
export function shapesSource(specs: readonly Spec[]): string {
  const lines = specs.flatMap(({ module, returns }) => [
    `    ${JSON.stringify(module)}: {`,
    ...Object.entries(returns).flatMap(([name, field]) => linesOf(name, field)),
    '    },',
  ]);
  const complete = specs
    .filter(({ module }) => COMPLETE.includes(module))
    .flatMap(({ module, returns }) => [
      `    ${JSON.stringify(module)}: {`,
      ...Object.entries(returns).flatMap(([name, { contains = {} }]) => [
        `        ${JSON.stringify(name)}: {`,
        ...alwaysOf(contains).map((one) => `            ${one},`),
        '        },',
      ]),
      '    },',
    ]);
  return [
    '# GNU General Public License v3.0 or later (see LICENSE)',
    '"""What each module returns; made from their specs."""',
    '',
    'RETURNS = {',
    ...lines,
    '}',
    '',
    '# The keys that are always returned, each with those within it; of a list, those of each item.',
    'ALWAYS = {',
    ...complete,
    '}',
    '',
  ].join('\n');
}
