import { OptionError } from '../failure.ts';
import { YamlError } from './yaml/value.ts';

/** An option of a seed that can't be used. Its message names the way out, and nothing of the option's content. */
export class SeedError extends OptionError {}

/** The same result, with a YamlError told as the option's. */
export function forOption<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof YamlError) throw new SeedError(option, error.message);
    throw error;
  }
}
