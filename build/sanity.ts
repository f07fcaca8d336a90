import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * The files tests/sanity/ignore-VERSION.txt: what `ansible-test sanity` asks of each module, and a JavaScript one can't be.
 * @param modules their names
 * @param actions the directory of the action plugins
 */
export function sanityIgnores(modules: readonly string[], actions: string): Map<string, string> {
  // It takes a module's file for Python or PowerShell.
  const shebangs = modules.map((name) => `plugins/modules/${name}.js shebang`);
  // 2.14 looks for a module's documentation in a Python file only.
  const documented = readdirSync(actions)
    .map((file) => basename(file, '.py'))
    .filter((name) => modules.includes(name))
    .map((name) => `plugins/action/${name}.py action-plugin-docs`);
  const of = (version: string, lines: readonly string[]): [path: string, text: string] => [
    join('tests', 'sanity', `ignore-${version}.txt`),
    `${[...lines].sort().join('\n')}\n`,
  ];
  return new Map([of('2.14', [...shebangs, ...documented]), of('2.19', shebangs)]);
}
