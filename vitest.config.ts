import { defineConfig } from 'vitest/config';
import { viteSchemas } from './build/schemas.ts';
import { viteTexts } from './build/texts.ts';
import { cacheDir } from './test/lab/cache.ts';
import { WORKERS } from './test/lab/workers.ts';
import { LATER } from './test/support/turns.ts';

// From quick to slow: `house` looks at the sources as a whole (types, lint, docs), `unit` touches no machine, `integration` talks to real programs in a
// lab hypervisor (*.lab.test.ts) or in a browser (*.browser.test.ts), `e2e` runs playbooks.
export default defineConfig({
  // What vitest learns of how long files take, by which it begins with the longest, is kept beside the lab's roots.
  cacheDir: cacheDir('vitest'),
  test: {
    maxWorkers: WORKERS,
    projects: [
      {
        plugins: [viteSchemas, viteTexts],
        test: {
          name: 'house',
          include: ['test/house/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        plugins: [viteSchemas, viteTexts],
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.lab.test.ts', 'test/**/*.browser.test.ts', 'test/e2e/**', 'test/house/**'],
          // Generated input takes a while on a busy machine.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [viteSchemas, viteTexts],
        test: {
          name: 'integration',
          include: ['test/**/*.lab.test.ts', 'test/**/*.browser.test.ts'],
          exclude: ['test/e2e/**', ...LATER],
          testTimeout: 240_000,
          hookTimeout: 1_200_000,
        },
      },
      {
        plugins: [viteSchemas, viteTexts],
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: LATER,
          testTimeout: 1_200_000,
          hookTimeout: 1_200_000,
        },
      },
    ],
  },
});
