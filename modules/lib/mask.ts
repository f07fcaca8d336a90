/** What stands for a secret wherever it would be shown. */
export const MASK = '********';

/** The same where the secret becomes another: that it changes is shown, not what it is. */
export const MASK_CHANGED = `${MASK} (changed)`;
