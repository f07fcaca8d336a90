import { OptionError } from '../failure.ts';
import { YamlError } from './yaml/value.ts';

/** An option of a seed that can't be used. Its message says what to do, and quotes nothing of the option's content. */
export class SeedError extends OptionError {}

/** Does something with an option's value: a YamlError becomes a SeedError of the option. */
export function forOption<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof YamlError) throw new SeedError(option, error.message);
    throw error;
  }
}
