import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The files tests/sanity/ignore-VERSION.txt: what `ansible-test sanity` asks of each module, and a JavaScript one can't be.
 * @param modules their names
 * @param actions the directory of the action plugins
 */
export function sanityIgnores(modules: readonly string[], actions: string): Map<string, string> {
  const lines = [
    // It takes a module's file for Python or PowerShell.
    ...modules.map((name) => `plugins/modules/${name}.js shebang`),
    // It looks for the module's documentation in a Python file only.
    ...readdirSync(actions)
      .map((file) => basename(file, '.py'))
      .filter((name) => modules.includes(name))
      .map((name) => `plugins/action/${name}.py action-plugin-docs`),
  ].sort();
  const text = `${lines.join('\n')}\n`;
  return new Map(['2.14', '2.19'].map((version) => [join('tests', 'sanity', `ignore-${version}.txt`), text]));
}
