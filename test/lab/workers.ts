/** How many lab test files run side by side; each worker has shared hypervisors of its own. */
export const WORKERS = 3;

/** The number of this worker, from 1 on. */
export const worker = (): number => Number(process.env.VITEST_POOL_ID ?? 1);
