/** The values whose key an earlier value has. Values without a key aren't compared. */
export function repeated<T>(values: readonly T[], keyOf: (value: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const key = keyOf(value);
    if (key === undefined) return false;
    const again = seen.has(key);
    seen.add(key);
    return again;
  });
}
