/** More levels than any real input has, and few enough for a recursion. */
export const DEEPEST = 100;

/** Whether a value has more levels of lists and mappings than that. */
export function isTooDeep(value: unknown, levels = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}
