/** What a user can do something about: its message goes to the user as it is, without a stack. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
}

/**
 * A value that an option can't take.
 * @param option the option's path as the user wrote it, e.g. `ports[2].tag`
 * @param problem what is wrong and the way out; never the value of a secret option
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
