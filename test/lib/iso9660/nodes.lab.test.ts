import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../build/modules.ts';
import type { Release } from '../../lab/packages.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { AWKWARD, type MemoryFile, NESTED, SEED, written } from './files.ts';

// Names whose order depends on who compares: by UTF-16 or code points, by a locale, by case.
const TRICKY: readonly MemoryFile[] = [
  ...NESTED,
  ...AWKWARD.slice(SEED.length),
  ...[
    '\uffee',
    '🦊',
    'ä',
    'a\u0308',
    'z',
    'Z',
    'İ',
    'ı',
    'ß',
    'ẞ',
    'SS',
    'ﬁ',
    '\u{10ffff}',
    '\u00a0',
    '\ufeffx',
  ].flatMap((name) =>
    [name, `${name}${'x'.repeat(70)}`, `dir-${name}/${name}`].map((path) => ({
      path,
      content: new Uint8Array(3),
    })),
  ),
];

const SCRIPT = `
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeIso } from './modules/lib/iso9660/write.ts';
const files = JSON.parse(readFileSync(0, 'utf8')).map(({ path, content }) => ({ path, content: Buffer.from(content, 'base64') }));
const hash = createHash('sha256');
for (const piece of writeIso(files, { label: 'cidata' })) hash.update(piece);
console.log(JSON.stringify([process.versions.node.split('.')[0], hash.digest('hex')]));
`;

const input = JSON.stringify(
  TRICKY.map(({ path, content }) => ({ path, content: Buffer.from(content).toString('base64') })),
);
const digest = () => createHash('sha256').update(written(TRICKY)).digest('hex');

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: SCRIPT, resolveDir: ROOT, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node18.19',
    format: 'cjs',
    charset: 'ascii',
  });
  return outputFiles[0]?.text ?? '';
}

describe('the same files give the same image', () => {
  it.each<[Release, string]>([
    [12, '18'],
    [13, '20'],
  ])('under the Node.js of Debian %i', async (release, version) => {
    const hypervisor = await sharedHypervisor(release);
    for (const locale of ['C', 'C.UTF-8']) {
      const argv = ['env', `LC_ALL=${locale}`, '/usr/bin/node', '-e', await bundled()];
      const { stdout } = await hypervisor.exec(argv, { input });
      expect(JSON.parse(stdout)).toEqual([version, digest()]);
    }
  });

  it('under the Node.js that runs the tests', async () => {
    const { stdout } = await execa(process.execPath, ['-e', await bundled()], { input });
    expect(JSON.parse(stdout)).toEqual([process.versions.node.split('.')[0], digest()]);
  });
});
