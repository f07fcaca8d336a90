import { Failure } from '../../failure.ts';

/** A value that can't be written as YAML: a function, half a surrogate pair, a date. `path` is where it is, e.g. `users[0].name`. */
export class YamlError extends Failure {
  override readonly name = 'YamlError';
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`${path || 'the value'} ${problem}`);
  }
}

/** Whether a value is a plain mapping, as JSON and YAML parsers make it. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * The path of a key in the mapping at a path, for people. A slip such as `{root:secret}` makes a key of a secret, so
 * what doesn't look like a name is shown as `…`.
 */
export function keyPath(path: string, key: string): string {
  const shown = /^[\w-][\w.@/-]{0,63}$/.test(key) ? key : '…';
  return path ? `${path}.${shown}` : shown;
}
