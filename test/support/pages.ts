import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';

const textOf = (page: string) => readFileSync(join(ROOT, page), 'utf8');

/** The commands that a page prints, in its order, without their prompt. */
export const commandsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').flatMap((line) => (line.startsWith('$ ') ? [line.slice(2)] : [])),
  );

/** The files that a page prints: each fenced block that follows a path in backquotes. */
export function filesOf(page: string): Map<string, string> {
  const block = /`((?:inventory\/|ansible\.cfg)[\w/.]*)`[^`]*\n```(?:yaml|ini)\n([\s\S]*?)```/g;
  return new Map([...textOf(page).matchAll(block)].map(([, path, content]) => [path ?? '', content ?? '']));
}
