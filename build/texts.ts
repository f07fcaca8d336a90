import { readFileSync } from 'node:fs';

/** Shell scripts as texts for vitest, as a plugin of vite: what esbuild's loader `text` does. */
export const viteTexts = {
  name: 'texts',
  load: (id: string): string | undefined =>
    id.endsWith('.sh') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined,
};
