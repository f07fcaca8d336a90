import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../build/modules.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { type Pieces, sizeOf } from '../../../modules/lib/volume.ts';
import type { Release } from '../../lab/packages.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { nodeOf } from '../../support/node.ts';
import { AWKWARD, type MemoryFile, NESTED, SEED } from './files.ts';
import { treeFor } from './tree.ts';

const LABEL = 'cidata';

// Names whose order depends on who compares: by UTF-16 or code points, by a locale, by case, by a version of Unicode.
const LETTERS = [
  '\uffee',
  '🦊',
  'ä',
  'a\u0308',
  'z',
  'İ',
  'ı',
  'ß',
  'ẞ',
  'SS',
  'ﬁ',
  '\u{10ffff}',
  '\u00a0',
  '\ufeffx',
  // Letters with case that came in with Unicode 14 to 16.
  'ⱟ',
  '\ua7c0',
  '\u{10570}',
  '\ua7cb',
  '\u1c8a',
  '\u{10d70}',
  'Z',
  '\ua7c1',
  '\u1c89',
];

const tricky = (letters: readonly string[]): MemoryFile[] =>
  letters.flatMap((name) =>
    [name, `${name}${'x'.repeat(70)}`, `dir-${name}/${name}`].map((path) => ({
      path,
      content: new Uint8Array(3),
    })),
  );

const FILES: readonly MemoryFile[] = [
  ...NESTED,
  ...AWKWARD.slice(SEED.length),
  ...tricky(LETTERS),
  ...treeFor({ seed: 1, files: 300 }),
];

// What each Node.js runs: it gives its version and the digest of the image.
const SCRIPT = `
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeIso } from './modules/lib/iso9660/write.ts';
const files = JSON.parse(readFileSync(0, 'utf8')).map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') }));
const hash = createHash('sha256');
for (const piece of writeIso(files, { label: '${LABEL}' })) hash.update(piece);
console.log(JSON.stringify({ version: process.versions.node.split('.')[0], digest: hash.digest('hex') }));
`;

const input = (turned: boolean) => {
  const plain = ({ path, content }: MemoryFile) => ({
    path,
    content: Buffer.from(content).toString('base64'),
  });
  return JSON.stringify((turned ? [...FILES].reverse() : FILES).map(plain));
};

function digest(pieces: Pieces): string {
  const hash = createHash('sha256');
  for (const piece of pieces)
    hash.update(piece instanceof Uint8Array ? piece : new Uint8Array(sizeOf(piece)));
  return hash.digest('hex');
}

let script = '';
let expected = '';

beforeAll(async () => {
  // What takes long where it isn't cached yet.
  for (const [release] of RELEASES) await sharedHypervisor(release);
  await nodeOf(22);
  const stdin = { contents: SCRIPT, resolveDir: ROOT, loader: 'ts' } as const;
  const how = { bundle: true, write: false, platform: 'node', target: 'node18.19' } as const;
  const { outputFiles } = await build({ stdin, ...how, format: 'cjs', charset: 'ascii' });
  script = outputFiles[0]?.text ?? '';
  expected = digest(writeIso(FILES, { label: LABEL }));
});

/** With the version of Node.js that each has. */
const RELEASES: [Release, version: string][] = [
  [12, '18'],
  [13, '20'],
];

// By the locale and the order in which the files come.
const WAYS: [locale: string, turned: boolean][] = [
  ['C', false],
  ['C.UTF-8', true],
];

describe.each(WAYS)('the same files give the same image, with the locale %s', (locale, turned) => {
  it.each(RELEASES)('under the Node.js of Debian %i', async (release, version) => {
    const hypervisor = await sharedHypervisor(release);
    const argv = ['env', `LC_ALL=${locale}`, '/usr/bin/node', '-e', script];
    const { stdout } = await hypervisor.exec(argv, { input: input(turned) });
    expect(JSON.parse(stdout)).toEqual({ version, digest: expected });
  });

  it('under Node.js 22', async () => {
    const options = { input: input(turned), env: { LC_ALL: locale } };
    const { stdout } = await execa(await nodeOf(22), ['-e', script], options);
    expect(JSON.parse(stdout)).toEqual({ version: '22', digest: expected });
  });
});
