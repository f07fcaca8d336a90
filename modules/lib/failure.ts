/** An error that the user can fix: only its message is printed, without a stack. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/**
 * An option has an invalid value.
 * @param option the option's path as the user wrote it, e.g. `ports[2].tag`
 * @param problem what is wrong and what to do; never the value of a secret option
 */
export class OptionError extends Failure {
  override readonly name = 'OptionError';
  constructor(
    readonly option: string,
    readonly problem: string,
  ) {
    super(`option '${option}': ${problem}`);
  }
}

/** A program is missing on the host, which an earlier task may install. */
export class MissingProgram extends Failure {
  override readonly name = 'MissingProgram';
}

/** Several failures as one, each on a line of its own. */
export class Failures extends Failure {
  override readonly name = 'Failures';
  constructor(readonly all: readonly Failure[]) {
    super(all.map(({ message }) => message).join('\n'));
  }
}

/** What was thrown, as an Error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** The same error with its options renamed. @param name the new path of an option, from its path and its problem */
export function withOptionsNamed<E extends Error>(
  error: E,
  name: (option: string, problem: string) => string,
): E | Failure {
  if (error instanceof OptionError) return new OptionError(name(error.option, error.problem), error.problem);
  if (error instanceof Failures) return new Failures(error.all.map((one) => withOptionsNamed(one, name)));
  return error;
}

/**
 * The path of an option within an item of a list: `ports[2].tag`; the option itself where there is no item. An item may
 * come from a line of a file: `files/pftest line 2: memory`.
 */
export const optionAt = (at: string, option: string): string =>
  at ? `${at}${/ line \d+$/.test(at) ? ': ' : '.'}${option}` : option;

/** An error with the options of an item as they are written in the task. @param at the item's path */
export const failureAt = <E extends Error>(at: string, error: E): E | Failure =>
  withOptionsNamed(error, (option) => optionAt(at, option));

/** Does something with the options of an item. Its errors name them as they are written in the task. */
export function located<T>({ at }: { readonly at: string }, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw failureAt(at, asError(error));
  }
}

/** Calls code that knows nothing of options. Its Failure becomes an OptionError of this option. */
export function asOption<T>(option: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const plain = error instanceof Failure && !(error instanceof OptionError);
    throw plain ? new OptionError(option, error.message) : error;
  }
}
