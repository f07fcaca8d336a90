import { isName, type Option, type OptionSpecs, type Spec } from './spec.ts';

type Schema = Record<string, unknown>;

const TYPES: Record<Option['type'], Schema> = {
  str: { type: 'string' },
  path: { type: 'string' },
  int: { type: 'integer' },
  float: { type: 'number' },
  bool: { type: 'boolean' },
  list: { type: 'array' },
  dict: { type: 'object' },
  raw: {},
};

function optionSchema(option: Option | (Option & { type: 'list' })['elements'], shared: Shared): Schema {
  const schema: Schema = { ...TYPES[option.type] };
  if ('choices' in option && option.choices) schema.enum = option.choices;
  for (const limit of ['minimum', 'maximum', 'maxLength'] as const) {
    if (limit in option) schema[limit] = (option as unknown as Schema)[limit];
  }
  if ('pattern' in option && option.pattern) schema.pattern = `^(?:${option.pattern})$`;
  if (isName(option)) schema.not = { type: 'string', pattern: '^-' };
  if ('clearable' in option && option.clearable) {
    schema.nullable = true;
    if (schema.enum) schema.enum = [...(schema.enum as unknown[]), null];
  }
  if (option.type === 'list') schema.items = optionSchema(option.elements, shared);
  if (option.type === 'dict' && option.options) Object.assign(schema, mappingSchema(option.options, shared));
  return schema;
}

function mappingSchema(specs: OptionSpecs, shared: Shared): Schema {
  const entries = Object.entries(specs);
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      entries.map(([name, option]) => [name, shared.add(optionSchema(option, shared))]),
    ),
    required: entries.filter(([, option]) => option.required).map(([name]) => name),
  };
}

/** Schemas that options share. Each becomes one function of the validator, which Node reads when it is first called. */
class Shared {
  readonly #schemas = new Map<string, Schema>();

  add(schema: Schema): Schema {
    const text = JSON.stringify(schema);
    this.#schemas.set(text, schema);
    return { $ref: `#/$defs/${[...this.#schemas.keys()].indexOf(text)}` };
  }

  get all(): Schema {
    return Object.fromEntries([...this.#schemas.values()].entries());
  }
}

/** The JSON Schema of one item's options after coercion; ajv compiles it ahead of time into the bundle. */
export function schemaOf(spec: Spec): Schema {
  const shared = new Shared();
  const schema = mappingSchema(spec.options, shared);
  return { ...schema, $defs: shared.all };
}
