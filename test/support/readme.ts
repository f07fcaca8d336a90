import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The commands that README prints, in its order, without their prompt. */
export const readmeCommands = (): string[] =>
  [...README.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])),
  );

/** The file that README prints after its name in backquotes. */
export function readmeFile(name: string): string {
  const from = README.indexOf(`\`${name}\``);
  const [, text] = (from < 0 ? '' : README.slice(from)).match(/^```\w+\n([\s\S]*?)^```$/m) ?? [];
  if (text === undefined) throw new Error(`README prints no file ${name}`);
  return text;
}
