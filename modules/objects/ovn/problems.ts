import { Failure, Failures, failureAt } from '../../lib/failure.ts';

/** Collects what is wrong, so that one run tells all of it. */
export class Problems {
  readonly #all: Failure[] = [];

  /** Does something; its failure is kept. @param at the path of the item that it is about */
  try<T>(at: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#all.push(failureAt(at, error));
      return undefined;
    }
  }

  /** @throws what was kept, if anything */
  throw(): void {
    if (this.#all.length > 1) throw new Failures(this.#all);
    if (this.#all[0]) throw this.#all[0];
  }
}
