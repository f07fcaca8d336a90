import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../build/modules.ts';
import { type Pieces, sizeOf, type VolumeFile } from '../../../modules/lib/volume.ts';
import type { Release } from '../../lab/packages.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { nodeOf } from '../../support/node.ts';
import { AWKWARD as AWKWARD_IN_FAT } from '../fat/files.ts';
import { AWKWARD, NESTED, SEED } from '../iso9660/files.ts';
import { type Kind, type MemoryFile, write } from './images.ts';
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
];

const tricky = (letters: readonly string[]): MemoryFile[] =>
  letters.flatMap((name) =>
    [name, `${name}${'x'.repeat(70)}`, `dir-${name}/${name}`].map((path) => ({
      path,
      content: new Uint8Array(3),
    })),
  );

const inMemory = ({ path, content }: VolumeFile): MemoryFile[] =>
  content instanceof Uint8Array ? [{ path, content }] : [];

const FILES: Readonly<Record<Kind, readonly MemoryFile[]>> = {
  iso9660: [
    ...NESTED,
    ...AWKWARD.slice(SEED.length),
    ...tricky([...LETTERS, 'Z', '\ua7c1', '\u1c89']),
    ...treeFor('iso9660', { seed: 1, files: 300 }),
  ],
  vfat: [
    ...AWKWARD_IN_FAT.flatMap(inMemory),
    ...tricky(LETTERS),
    ...treeFor('vfat', { seed: 2, files: 300 }),
  ],
};

// What each Node.js runs: it gives its version and the digest of each volume.
const SCRIPT = `
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { write } from './test/lib/volume/images.ts';
const digests = Object.entries(JSON.parse(readFileSync(0, 'utf8'))).map(([kind, files]) => {
  const hash = createHash('sha256');
  const contents = files.map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') }));
  for (const piece of write[kind](contents, '${LABEL}')) hash.update(piece);
  return [kind, hash.digest('hex')];
});
console.log(JSON.stringify({ version: process.versions.node.split('.')[0], ...Object.fromEntries(digests) }));
`;

const input = (turned: boolean) => {
  const plain = ({ path, content }: MemoryFile) => ({
    path,
    content: Buffer.from(content).toString('base64'),
  });
  const ordered = (files: readonly MemoryFile[]) => (turned ? [...files].reverse() : files).map(plain);
  return JSON.stringify({ iso9660: ordered(FILES.iso9660), vfat: ordered(FILES.vfat) });
};

function digest(pieces: Pieces): string {
  const hash = createHash('sha256');
  for (const piece of pieces)
    hash.update(piece instanceof Uint8Array ? piece : new Uint8Array(sizeOf(piece)));
  return hash.digest('hex');
}

let script = '';
let expected: Readonly<Record<Kind, string>>;

beforeAll(async () => {
  // What takes long where it isn't cached yet.
  for (const [release] of RELEASES) await sharedHypervisor(release);
  await nodeOf(22);
  const stdin = { contents: SCRIPT, resolveDir: ROOT, loader: 'ts' } as const;
  const how = { bundle: true, write: false, platform: 'node', target: 'node18.19' } as const;
  const { outputFiles } = await build({ stdin, ...how, format: 'cjs', charset: 'ascii' });
  script = outputFiles[0]?.text ?? '';
  expected = {
    iso9660: digest(write.iso9660(FILES.iso9660, LABEL)),
    vfat: digest(write.vfat(FILES.vfat, LABEL)),
  };
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

describe.each(WAYS)('the same files give the same volumes, with the locale %s', (locale, turned) => {
  it.each(RELEASES)('under the Node.js of Debian %i', async (release, version) => {
    const hypervisor = await sharedHypervisor(release);
    const argv = ['env', `LC_ALL=${locale}`, '/usr/bin/node', '-e', script];
    const { stdout } = await hypervisor.exec(argv, { input: input(turned) });
    expect(JSON.parse(stdout)).toEqual({ version, ...expected });
  });

  it('under Node.js 22', async () => {
    const options = { input: input(turned), env: { LC_ALL: locale } };
    const { stdout } = await execa(await nodeOf(22), ['-e', script], options);
    expect(JSON.parse(stdout)).toEqual({ version: '22', ...expected });
  });
});
