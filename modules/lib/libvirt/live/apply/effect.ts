/**
 * What a step has come to. Without a field, it is done.
 */
export interface Effect {
  /** Why it isn't done, and only takes effect at the guest's next start. */
  readonly postponed?: string | undefined;
  /** It is done. What the guest makes of it only at its next start, and why. */
  readonly later?: string | undefined;
}

export const DONE: Effect = {};
