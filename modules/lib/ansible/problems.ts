import { closest, distance } from 'fastest-levenshtein';
import { type Failure, Failures, OptionError, optionAt } from '../failure.ts';
import type { Option, OptionSpecs } from './spec.ts';

/** What of ajv's ErrorObject the messages are made from. */
export interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Record<string, unknown>;
}

/** A validator as ajv compiles it: `errors` is set after a call that returned false. */
export interface Validator {
  (options: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

type Described = Option | (Option & { type: 'list' })['elements'];
type Walk = { specs: OptionSpecs | undefined; option: Described | undefined };

const decoded = (part: string) => part.replace(/~1/g, '/').replace(/~0/g, '~');

function step({ specs, option }: Walk, part: string): Walk {
  const next: Described | undefined =
    option?.type === 'list' ? option.elements : specs && Object.hasOwn(specs, part) ? specs[part] : undefined;
  return { option: next, specs: next?.type === 'dict' ? next.options : undefined };
}

const parts = (pointer: string) => pointer.split('/').slice(1).map(decoded);

// `/ports/2/tag` → `ports[2].tag`
const written = (pointer: string) =>
  parts(pointer).reduce(
    (path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part),
    '',
  );

function unknownOption(name: string, specs: OptionSpecs): string {
  const known = Object.entries(specs).flatMap(([key, { aliases }]) => [key, ...(aliases ?? [])]);
  const nearest = closest(name, known);
  const near = nearest !== undefined && distance(name, nearest) <= Math.max(2, name.length / 3);
  return near ? `is unknown; did you mean '${nearest}'?` : `is unknown; known are ${known.sort().join(', ')}`;
}

const MESSAGES: Record<string, (params: Record<string, unknown>, option: Described | undefined) => string> = {
  type: ({ type }) => `must be ${type}`,
  enum: ({ allowedValues }) =>
    `must be one of ${(allowedValues as unknown[]).filter((value) => value !== null).join(', ')}`,
  minimum: ({ limit }, option) => range(option) ?? `must be ${limit} or more`,
  maximum: ({ limit }, option) => range(option) ?? `must be ${limit} or less`,
  // Of names alone.
  not: () => "must not begin with '-', which a command would take for an option",
  maxLength: ({ limit }) => `must not be longer than ${limit} characters`,
  pattern: ({ pattern }, option) =>
    option && 'hint' in option && option.hint ? `must be ${option.hint}` : `must match ${pattern}`,
};

function range(option: Described | undefined): string | undefined {
  if (!option || !('minimum' in option) || !('maximum' in option)) return undefined;
  return `must be from ${option.minimum} to ${option.maximum}`;
}

/**
 * What ajv found, as errors a user can act on.
 * @param prefix the item's path, e.g. `seeds[1]`, or empty
 */
export function problemsOf(
  errors: readonly SchemaError[],
  specs: OptionSpecs,
  given: unknown,
  prefix = '',
): Failure[] {
  return errors.map(({ instancePath, keyword, params }) => {
    const pointer = parts(instancePath);
    const at = pointer.reduce(step, { specs, option: undefined } as Walk);
    const within = written(instancePath);
    const path = within ? optionAt(prefix, within) : prefix;
    const inside = (name: unknown) => optionAt(path, String(name));
    if (keyword === 'required') return new OptionError(inside(params.missingProperty), 'is required');
    if (keyword === 'additionalProperties') {
      const name = String(params.additionalProperty);
      return new OptionError(inside(name), unknownOption(name, at.specs ?? {}));
    }
    const secret = at.option && 'secret' in at.option && at.option.secret;
    const value = pointer.reduce<unknown>((v, part) => (v as Record<string, unknown>)?.[part], given);
    const problem = MESSAGES[keyword]?.(params, at.option) ?? keyword;
    return new OptionError(path, secret ? problem : `${JSON.stringify(value)} ${problem}`);
  });
}

/** Several failures as one, each on a line of its own. */
export const together = (failures: readonly Failure[]): Failure =>
  failures.length === 1 && failures[0] ? failures[0] : new Failures(failures);
