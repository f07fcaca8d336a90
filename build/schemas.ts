import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { schema as cloudConfig } from '../modules/lib/cloudinit/schemas/cloud-config.ts';
import type { Check, Schema } from '../modules/lib/cloudinit/schemas/dsl.ts';
import { schema as version1 } from '../modules/lib/cloudinit/schemas/network-v1.ts';
import { schema as version2 } from '../modules/lib/cloudinit/schemas/network-v2.ts';
import type { Rule } from '../modules/lib/cloudinit/validate/walk.ts';
import { ROOT } from './modules.ts';

const PREFIX = 'schema:';

/** The schemas by the names that code imports them by. */
export const SCHEMAS: Readonly<Record<string, Schema>> = {
  'cloud-config': cloudConfig,
  'network-v1': version1,
  'network-v2': version2,
};

/** A schema's checks, each once, and its rules, which name checks and each other by number. The last rule is the whole. */
export function tabled(schema: Schema): {
  readonly checks: readonly Check[];
  readonly rules: readonly Rule[];
} {
  const [checks, rules] = [numbered<Check>(), numbered<Rule>()];
  const all = (schemas: Readonly<Record<string, Schema>>) =>
    Object.fromEntries(Object.entries(schemas).map(([key, value]) => [key, place(value)]));
  const place = ({ fits, avoid, properties, others, items, cases, open, required }: Schema): number =>
    rules.number({
      ...(fits ? { fits: fits.map(({ check, hint }) => [checks.number(check), hint] as const) } : {}),
      ...(avoid ? { avoid: [checks.number(avoid.check), avoid.advice] as const } : {}),
      ...(properties ? { properties: all(properties) } : {}),
      ...(others ? { others: place(others) } : {}),
      ...(items ? { items: place(items) } : {}),
      ...(cases ? { cases: { key: cases.key, of: all(cases.of) } } : {}),
      ...(open ? { open } : {}),
      ...(required ? { required } : {}),
    });
  place(schema);
  return { checks: checks.all(), rules: rules.all() };
}

function numbered<T>() {
  const places = new Map<string, number>();
  const values: T[] = [];
  return {
    all: (): readonly T[] => values,
    number(value: T): number {
      const text = JSON.stringify(value);
      const place = places.get(text) ?? values.push(value) - 1;
      places.set(text, place);
      return place;
    },
  };
}

/**
 * The source of the module that code imports as `schema:NAME`. ajv compiles the checks. The rules are a table that modules/lib/cloudinit/validate walks: as
 * one JSON Schema, ajv would make 220 kB of it, and its errors would say nothing that people could use.
 */
export function schemaSource(name: string): string {
  const schema = SCHEMAS[name];
  if (!schema) throw new Error(`there is no schema '${name}'`);
  const { checks, rules } = tabled(schema);
  const ajv = new Ajv({ messages: false, strict: false, code: { source: true, esm: true } });
  const names = checks.map((check, i) => {
    ajv.addSchema({ ...check, $id: `check${i}` });
    return `check${i}`;
  });
  const source = withoutErrors(standalone(ajv, Object.fromEntries(names.map((id) => [id, id]))));
  return `${source}\nexport default { checks: [${names}], rules: ${JSON.stringify(rules)} };\n`;
}

// A check returns a boolean, and its message is in the table: ajv's own errors would be a third of the code.
const withoutErrors = (code: string): string =>
  code.replace(/\{instancePath,schemaPath:"[^"]*",keyword:"[^"]*",params:\{[^{}]*\}\}/g, '{}');

/** The schemas for esbuild. */
export const schemas: Plugin = {
  name: 'schemas',
  setup(context) {
    context.onResolve({ filter: /^schema:/ }, ({ path }) => ({
      path: path.slice(PREFIX.length),
      namespace: 'schema',
    }));
    context.onLoad({ filter: /.*/, namespace: 'schema' }, ({ path }) => ({
      contents: schemaSource(path),
      loader: 'js',
      resolveDir: ROOT,
    }));
  },
};

/** The same for vitest, as a plugin of vite. */
export const viteSchemas = {
  name: 'schemas',
  resolveId: (id: string): string | undefined => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
  load: (id: string): string | undefined =>
    id.startsWith(`\0${PREFIX}`) ? schemaSource(id.slice(PREFIX.length + 1)) : undefined,
};
