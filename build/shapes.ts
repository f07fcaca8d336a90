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

/** The source of plugins/plugin_utils/_shapes.py: the fields that each of some modules returns. */
export function shapesSource(specs: readonly Spec[]): string {
  const lines = specs.flatMap(({ module, returns }) => [
    `    ${JSON.stringify(module)}: {`,
    ...fieldsOf(returns).map((field) => `        ${field},`),
    '    },',
  ]);
  return [
    '# GNU General Public License v3.0 or later (see LICENSE)',
    '"""What each module returns that an action plugin runs; made from their specs."""',
    '',
    'RETURNS = {',
    ...lines,
    '}',
    '',
  ].join('\n');
}
