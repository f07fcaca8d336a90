/**
 * Runs one named stage and writes to standard error how long it took (seconds), or that it failed.
 * Gives back what `action` gives, and throws what it throws.
 */
export async function stage<T>(name: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now();
  let outcome = 'failed';
  try {
    const value = await action();
    outcome = 'done';
    return value;
  } finally {
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.error(`lab: ${name}: ${outcome}, ${seconds} s`);
  }
}
