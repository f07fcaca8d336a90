import { holdsItems } from '../../build/roles.ts';
import { compileValidator } from '../../build/validator.ts';
import { coerceOptions } from '../../modules/lib/ansible/coerce.ts';
import { problemsOf } from '../../modules/lib/ansible/problems.ts';
import type { OptionSpecs, Spec } from '../../modules/lib/ansible/spec.ts';

/** A task that calls one of our modules. */
export interface ModuleTask {
  readonly module: string;
  readonly args: Record<string, unknown>;
}

const PREFIX = 'piecewise.cloud.';

/** All calls of our modules in a YAML document of plays or tasks, however deep in blocks. */
export function tasksIn(document: unknown): ModuleTask[] {
  if (Array.isArray(document)) return document.flatMap(tasksIn);
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) =>
    key.startsWith(PREFIX) && typeof value === 'object' && !Array.isArray(value)
      ? [{ module: key.slice(PREFIX.length), args: (value ?? {}) as Record<string, unknown> }]
      : tasksIn(value),
  );
}

const isTemplate = (value: unknown): boolean => JSON.stringify(value ?? null).includes('{{');

/**
 * What is wrong with a task's arguments by the module's spec. Of what a template will give only the name is
 * checked.
 */
export function taskProblems(spec: Spec, args: Record<string, unknown>): string[] {
  const { option: list = '', defaults: name = '', mapping } = spec.list ?? {};
  const { [list]: listed, [name]: defaults, ...beside } = args;
  const common = { ...beside, ...(isTemplate(defaults) ? {} : (defaults as object | undefined)) };
  const open = typeof listed === 'string';
  const made = madeItems(spec, args);
  const items = [
    ...(open || (listed === undefined && !made) ? [{}] : itemsOf(listed ?? [], mapping)),
    ...(made ?? []),
  ];
  return items.flatMap((item) => itemProblems(spec, { ...common, ...item }, open));
}

/** The items that an action plugin makes of a task's options: one of each kind. */
function madeItems(spec: Spec, args: Record<string, unknown>): Record<string, unknown>[] | undefined {
  const names = Object.entries(spec.controllerOptions ?? {}).flatMap(([name, option]) =>
    holdsItems(option) && Array.isArray(args[name]) ? name : [],
  );
  if (names.length === 0) return undefined;
  return names.flatMap((name) =>
    (args[name] as { types?: Record<string, unknown>[] }[]).flatMap(({ types = [] }) =>
      types.map(({ count: _, prefix: _prefix, remove: _remove, ...keys }) => keys),
    ),
  );
}

// Of a mapping, the key of each entry is one of its options.
const itemsOf = (listed: unknown, mapping: string | undefined): Record<string, unknown>[] =>
  mapping === undefined
    ? (listed as Record<string, unknown>[])
    : Object.entries(listed as object).map(([key, entry]) => ({ ...entry, [mapping]: key }));

function itemProblems(spec: Spec, item: Record<string, unknown>, open: boolean): string[] {
  const templated = Object.keys(item).filter((name) => isTemplate(item[name]));
  const literal = Object.fromEntries(Object.entries(item).filter(([name]) => !templated.includes(name)));
  try {
    const validate = compileValidator(spec);
    const specs = { ...spec.options, ...spec.controllerOptions };
    const own = Object.entries(literal).filter(
      ([option]) => !Object.hasOwn(spec.controllerOptions ?? {}, option),
    );
    const options = coerceOptions(spec.options, Object.fromEntries(own));
    const errors = validate(options) ? [] : (validate.errors ?? []);
    const later = errors.filter(
      ({ keyword, params }) =>
        !(keyword === 'required' && (open || templated.includes(String(params.missingProperty)))),
    );
    return [
      ...problemsOf(later, spec.options, options).map(({ message }) => message),
      ...unknown(specs, templated),
    ];
  } catch (error) {
    return [(error as Error).message];
  }
}

function unknown(specs: OptionSpecs, names: readonly string[]): string[] {
  const known = Object.entries(specs).flatMap(([name, { aliases }]) => [name, ...(aliases ?? [])]);
  return names.filter((name) => !known.includes(name)).map((name) => `option '${name}': is not known`);
}
