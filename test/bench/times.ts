/** The mean of some times. */
export const mean = (times: readonly number[]) => times.reduce((a, b) => a + b) / times.length;

/** The median: one that took far longer than the others is in the mean and not in it. */
export const median = (times: readonly number[]) => [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** Both, for a result. */
export const shown = (times: readonly number[]) =>
  `${median(times).toFixed(3)} s by the median of ${times.length}, ${mean(times).toFixed(3)} s by the mean`;
