import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAst } from 'vitest/node';
import { ROOT } from '../../build/modules.ts';
import { files } from './rooms.ts';

/** Words that don't say what a thing is, each with those that do. */
const INSTEAD: Readonly<Record<string, string>> = {
  stated: 'desired',
  wanted: 'desired',
  wish: 'desired, change',
  wishes: 'desired, changes',
  was: 'current, lastApplied, before',
  there: 'current, existing',
  gone: 'missing, removed',
  goes: 'removed',
  way: 'fix, change, step',
  own: 'managed, local, and whatever it belongs to',
  loose: 'unmatched',
  place: 'directory, position, extent, path',
  mend: 'fix',
  anew: 'again',
  somebody: 'others, user',
  nobody: 'unmanaged',
  lay: 'write, make',
  leeway: 'tolerance',
  settle: 'complete',
  settled: 'complete',
  waits: 'pending',
  plug: 'attach',
};

/** Names of JavaScript and of systemd. */
const OTHERS = ['hasOwn', 'allSettled', 'WantedBy'];

interface Node {
  readonly type: string;
  readonly name?: unknown;
}

/** All names in a source, without texts and comments. */
function namesIn(source: string): Set<string> {
  const names = new Set<string>();
  JSON.stringify(parseAst(source, { lang: 'ts' }), (_, node: Node | null) => {
    if (node?.type === 'Identifier' && typeof node.name === 'string') names.add(node.name);
    return typeof node === 'bigint' ? String(node) : node;
  });
  return names;
}

const wordsOf = (name: string) =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\W_]+/);

const poor = (name: string) =>
  OTHERS.includes(name)
    ? []
    : wordsOf(name).flatMap((word) => (Object.hasOwn(INSTEAD, word) ? `${name}: ${INSTEAD[word]}` : []));

describe('names', () => {
  it('of files say what a thing is', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap(poor)).toEqual([]);
  });

  it('in the sources say what a thing is', () => {
    const found = files.flatMap((file) =>
      [...namesIn(readFileSync(join(ROOT, 'modules', file), 'utf8'))]
        .flatMap(poor)
        .map((name) => `${file}: ${name}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['const wayBack = 1;', ['wayBack: fix, change, step']],
    ['type Own = { readonly isThere: boolean };', ['Own: managed', 'isThere: current']],
    ["// the place\nconst text = 'gone' + `there` + found.was;", ['was: current']],
    ['Object.hasOwn(a, b);', []],
  ])('%s', (source, expected) => {
    expect([...namesIn(source)].flatMap(poor)).toEqual(
      expected.map((start) => expect.stringContaining(start)),
    );
  });
});
