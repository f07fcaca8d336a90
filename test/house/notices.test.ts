import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../../build/bundle.ts';
import { notices, packagesOf } from '../../build/notices.ts';
import { buildPicture } from '../../build/picture.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'piecewise-notices-'));
});
afterAll(() => rmSync(root, { recursive: true }));

function packageOf(name: string, manifest: object, files: Readonly<Record<string, string>> = {}): string {
  const directory = join('node_modules', name);
  mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(
    join(root, directory, 'package.json'),
    JSON.stringify({ name, version: '1.0.0', ...manifest }),
  );
  for (const [file, text] of Object.entries(files)) writeFileSync(join(root, directory, file), text);
  return directory;
}

describe('the notices of a bundle', () => {
  it('have the licence of each package in it, and of no other', async () => {
    const { inputs } = await bundled('vm');
    const packages = packagesOf(inputs);
    expect(packages).toContain('node_modules/saxes');
    expect(packages).toContain('node_modules/xmlchars');
    expect(packages).not.toContain('node_modules/fast-check');
    const text = notices(packages);
    for (const path of packages) expect(text).toContain(`\n${path.replace('node_modules/', '')} `);
    expect(text).toContain('Permission to use, copy, modify, and/or distribute this software');
  });

  it('have those of the picture', async () => {
    const packages = packagesOf((await buildPicture()).inputs);
    for (const name of ['preact', 'd3-zoom', 'd3-selection', 'd3-transition', 'diff']) {
      expect(packages).toContain(`node_modules/${name}`);
    }
    expect(notices(packages)).toContain('\npreact ');
  });

  it('name a nested and a scoped package by its own directory', () => {
    const inputs = ['node_modules/a/node_modules/@b/c/d.js', 'node_modules/a/e.js', 'modules/vm/main.ts'];
    expect(packagesOf(inputs)).toEqual(['node_modules/a/node_modules/@b/c', 'node_modules/a']);
  });

  it("have the package's own text, and its NOTICE", () => {
    const files = { 'LICENSE.md': 'its licence', NOTICE: 'its notice' };
    const text = notices(
      [packageOf('noted', { license: 'Apache-2.0', homepage: 'https://noted.example' }, files)],
      root,
    );
    expect(text).toContain(
      'noted 1.0.0\nhttps://noted.example\nLicence: Apache-2.0\n\nits licence\n\nits notice\n',
    );
  });

  it.each([
    ['unknown', { license: 'WTFPL' }, 'unknown has the licence "WTFPL"'],
    ['missing', {}, 'missing has the licence undefined'],
    ['odd', { license: { type: 'MIT' } }, 'odd has the licence {"type":"MIT"}'],
    ['textless', { license: 'MIT', author: 'A' }, 'textless has no text of its licence'],
    ['nameless', { license: 'ISC' }, 'nameless has no text of its licence'],
  ])('are refused for a licence that is %s', (name, manifest, message) => {
    const directory = packageOf(name, manifest);
    expect(() => notices([directory], root)).toThrow(message);
  });
});
