/**
 * Does something with all items, so many of them at the same time at most.
 * @returns what came of each, in their order
 */
export async function inPool<T, R>(
  most: number,
  items: readonly T[],
  act: (item: T, i: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await act(items[i] as T, i);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  return results;
}
