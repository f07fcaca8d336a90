import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { files } from './rooms.ts';

/** What of Node gives the same for the same arguments, and so may be used anywhere. */
const PURE: Readonly<Record<string, readonly string[] | 'all'>> = {
  // Texts, not files; `resolve` only with an absolute path.
  'node:path': 'all',
  'node:path/posix': 'all',
  // Digests; random bytes are an effect.
  'node:crypto': ['createHash'],
  // Two functions of texts; connections are an effect.
  'node:net': ['isIPv4', 'isIPv6'],
};

/** The process of a module, before there is a Host and after it: arguments, the cache of code, output, exit code. */
const BOOTSTRAP = ['lib/ansible/main.ts', 'lib/ansible/start.ts'];

const GLOBALS =
  /\bDate\.now\b|\bnew Date\(\)|\bperformance\.\w+|\bset(?:Timeout|Interval|Immediate)\(|\bMath\.random\b|\bprocess\.\w+|\bfetch\(/g;

const IMPORT = /import (type )?([^;]*?)\s*from '([^']+)';/g;

/** Names that an import statement takes, without those that are types alone. */
const namesIn = (clause: string) =>
  (/\{([^}]*)\}/.exec(clause)?.[1] ?? clause)
    .split(',')
    .map((name) => name.trim().split(' as ')[0] ?? '')
    .filter((name) => name !== '' && !name.startsWith('type '));

/** What a source uses that is no pure function of its arguments. */
function effectsIn(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(?<!:)\/\/.*$/gm, '');
  const imported = [...code.matchAll(IMPORT)].flatMap(([, type, clause = '', from = '']) => {
    const pure = PURE[from] ?? [];
    if (type || !from.startsWith('node:') || pure === 'all') return [];
    return namesIn(clause)
      .filter((name) => !pure.includes(name))
      .map((name) => `${name} of ${from}`);
  });
  const loaded = [...code.matchAll(/(?:import|require)\('(node:[^']+)'\)/g)].map(([, from]) => String(from));
  return [...imported, ...loaded, ...[...code.replace(IMPORT, '').matchAll(GLOBALS)].map(([use]) => use)];
}

describe('effects', () => {
  const outside = files.filter((file) => !file.startsWith('lib/host/') && !BOOTSTRAP.includes(file));
  const withEffects = outside
    .map((file) => ({ file, effects: effectsIn(readFileSync(join(ROOT, 'modules', file), 'utf8')) }))
    .filter(({ effects }) => effects.length > 0);

  it('are in lib/host, and in the bootstrap', () => {
    expect(withEffects).toEqual([]);
  });

  it.each([
    ["import { setTimeout as sleep } from 'node:timers/promises';", ['setTimeout of node:timers/promises']],
    ["import * as fs from 'node:fs/promises';", ['* of node:fs/promises']],
    ["import { createHash, type Hash, randomBytes } from 'node:crypto';", ['randomBytes of node:crypto']],
    ["import type { Duplex } from 'node:stream';\nimport { join } from 'node:path';", []],
    ["const fs = await import('node:fs');", ['node:fs']],
    ["import { run } from '../host/process.ts'; // one process.\n/** process.pid */", []],
    ['const end = Date.now() + Math.random() * process.pid;', ['Date.now', 'Math.random', 'process.pid']],
  ])('are found in %j', (source, effects) => expect(effectsIn(source)).toEqual(effects));
});
