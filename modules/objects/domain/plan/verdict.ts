/** What a task does about a definition. To adopt it is to record in it what the task applies. */
export type Verdict = 'unchanged' | 'adopt' | 'define' | 'redefine';

/** What a verdict depends on. */
export interface Findings {
  /** Whether the domain is defined. */
  readonly exists: boolean;
  /** Whether the definition would be the same as the current one. */
  readonly same: boolean;
  /** Whether the task adopts domains. */
  readonly adopt: boolean;
  /** Whether the definition records already what the task applies. */
  readonly recorded: boolean;
}

/** The verdict on a definition. Pure. */
export function verdictOf({ exists, same, adopt, recorded }: Findings): Verdict {
  if (!exists) return 'define';
  if (!same) return 'redefine';
  return adopt && !recorded ? 'adopt' : 'unchanged';
}
