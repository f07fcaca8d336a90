import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { IsoFile } from '../../../modules/lib/iso9660/image.ts';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { AWKWARD, file, MANY, SEED } from './files.ts';
import { judge } from './judge.ts';

const LABEL = { label: 'cidata' };
const KINDS: [string, readonly IsoFile[]][] = [
  ['a seed', SEED],
  ['awkward files', AWKWARD],
  ['many files', MANY],
];

const imageOf = (files: readonly IsoFile[]) => ({ 'image.iso': writeIso(files, LABEL) });
const lines = (stdout: string) => stdout.split('\n').filter(Boolean);
const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex').slice(0, 16);
const contents = (files: readonly IsoFile[]) => files.map(({ content }) => digest(content)).sort();
const byName = (files: readonly IsoFile[]) =>
  Object.fromEntries(files.map(({ name, content }) => [name, digest(content)]));

// The files a judge extracted below `out`, as ours.
const extracted = (files: Readonly<Record<string, Uint8Array>>): IsoFile[] =>
  Object.entries(files)
    .filter(([path]) => path.startsWith('out/'))
    .map(([path, content]) => ({ name: path.slice(4), content }));

const inDirectory = (command: string) => ['sh', '-euc', `mkdir out; ${command}; chmod -R u+w out`];

describe('isoinfo', () => {
  it('finds label, Joliet and Rock Ridge', async () => {
    const { stdout } = await judge(['isoinfo', '-d', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(stdout).toContain('Volume id: cidata\n');
    expect(stdout).toContain('Joliet with UCS level 3 found');
    expect(stdout).toContain('Rock Ridge signatures version 1 found');
    expect(stdout).toMatch(new RegExp(`Volume size is: ${imageOf(SEED)['image.iso'].length / 2048}\n`));
  });

  it('finds the root in the path table', async () => {
    const { stdout } = await judge(['isoinfo', '-p', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(lines(stdout)).toEqual([
      'Path table starts at block 19, size 10',
      expect.stringMatching(/^ +1: +1 17 /),
    ]);
  });

  it.each(KINDS)('lists %s by Rock Ridge name', async (_, files) => {
    const { stdout } = await judge(['isoinfo', '-R', '-f', '-i', 'image.iso'], { files: imageOf(files) });
    expect(lines(stdout).sort()).toEqual(files.map(({ name }) => `/${name}`).sort());
  });

  it('lists a seed by Joliet name, and by plain name', async () => {
    const joliet = await judge(['isoinfo', '-J', '-f', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(lines(joliet.stdout)).toEqual(['/meta-data', '/network-config', '/user-data']);
    const plain = await judge(['isoinfo', '-f', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(lines(plain.stdout)).toEqual(['/META_DATA.;1', '/NETWORK_CONFIG.;1', '/USER_DATA.;1']);
  });

  it.each([
    ['-R', '/user-data'],
    ['-J', '/user-data'],
    [undefined, '/USER_DATA.;1'],
  ])('extracts with %s', async (extension, path) => {
    const argv = ['isoinfo', ...(extension ? [extension] : []), '-i', 'image.iso', '-x', path];
    const { stdout } = await judge(argv, { files: imageOf(SEED) });
    expect(stdout).toBe('#cloud-config\n{}\n');
  });

  it('sees root’s read-only files', async () => {
    const { stdout } = await judge(['isoinfo', '-R', '-l', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(stdout).toMatch(/^-r--r--r-- +1 +0 +0 +17 Jan {2}1 1980 .* user-data $/m);
    expect(stdout).toMatch(/^dr-xr-xr-x +2 +0 +0 +2048 Jan {2}1 1980 .* \. $/m);
  });
});

describe('xorriso', () => {
  it.each(KINDS)('extracts %s', async (_, files) => {
    const command = 'xorriso -abort_on WARNING -osirrox on -indev image.iso -extract / out';
    const verdict = await judge(inDirectory(command), { files: imageOf(files) });
    expect(byName(extracted(verdict.files))).toEqual(byName(files));
  });

  it.each(['norock', 'ecma119'])('extracts all contents as %s', async (tree) => {
    const command = `xorriso -read_fs ${tree} -osirrox on -indev image.iso -extract / out`;
    const verdict = await judge(inDirectory(command), { files: imageOf(AWKWARD) });
    expect(contents(extracted(verdict.files))).toEqual(contents(AWKWARD));
  });
});

describe('bsdtar', () => {
  it.each(KINDS)('extracts %s', async (_, files) => {
    const verdict = await judge(inDirectory('bsdtar -xf image.iso -C out'), { files: imageOf(files) });
    expect(byName(extracted(verdict.files))).toEqual(byName(files));
  });

  it.each(['!rockridge', '!rockridge,!joliet'])('extracts all contents with %s', async (options) => {
    const command = `bsdtar -xf image.iso --options '${options}' -C out`;
    const verdict = await judge(inDirectory(command), { files: imageOf(AWKWARD) });
    expect(contents(extracted(verdict.files))).toEqual(contents(AWKWARD));
  });
});

describe('blkid', () => {
  it('finds the label that cloud-init looks for', async () => {
    const { stdout } = await judge(['blkid', '-p', '-o', 'export', 'image.iso'], { files: imageOf(SEED) });
    expect(lines(stdout)).toEqual(
      expect.arrayContaining(['LABEL=cidata', 'TYPE=iso9660', 'BLOCK_SIZE=2048']),
    );
  });
});

describe('an image of others is read', () => {
  const files = [...SEED, file('empty', ''), file('n'.repeat(200)), file('Größe 雪.txt'), file('dir/inner')];
  const prepare = `mkdir -p in/dir; for f in *; do [ -f "$f" ] && mv "$f" in/; done; mv in/inner in/dir/`;
  const made = async (command: string) => {
    const evidence = Object.fromEntries(
      files.map(({ name, content }) => [name.replace('dir/', ''), content]),
    );
    const verdict = await judge(['sh', '-euc', `${prepare}; ${command}`], { files: evidence });
    return readIso(verdict.files['image.iso'] ?? new Uint8Array());
  };

  it.each([
    ['genisoimage', 'genisoimage -quiet -input-charset utf-8 -V cidata -r -J -joliet-long -o image.iso in'],
    ['xorriso', 'xorriso -as mkisofs -quiet -V cidata -r -J -o image.iso in'],
  ])('of %s', async (_, command) => {
    const image = await made(command);
    expect(image.label).toBe('cidata');
    expect(byName(image.files)).toEqual(byName(files));
  });

  it('of genisoimage with Joliet only', async () => {
    const image = await made(
      'rm in/nnn*; genisoimage -quiet -input-charset utf-8 -V cidata -J -o image.iso in',
    );
    expect(byName(image.files)).toEqual(byName(files.filter(({ name }) => !name.startsWith('nnn'))));
  });
});
