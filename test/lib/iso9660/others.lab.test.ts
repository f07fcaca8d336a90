import { beforeAll, describe, expect, it } from 'vitest';
import { readIso } from '../../../modules/lib/iso9660/read.ts';
import { judge } from '../../support/judge.ts';
import { digests, file, filesIn, LABEL, type MemoryFile, NESTED, SEED, written } from './files.ts';

const FILES: readonly MemoryFile[] = [
  ...SEED,
  file('empty', ''),
  file('n'.repeat(200)),
  file('Größe 雪.txt'),
  file('UPPER'),
  file('semi;1'),
  file('dir.d/inner.tar.gz'),
  file(`dir.d/${'long-name-'.repeat(9)}`),
  file('1/2/3/4/5/6/7/seven'),
  file('1/2/3/4/5/6/7/8/9/10/11/deep'),
  file('1/2/3/4/5/6/7/8/9/other'),
  { path: 'large', content: new Uint8Array(100_000).fill(3) },
  ...Array.from({ length: 100 }, (_, i) => file(`many/${'n'.repeat(60)}${i}`)),
];

// What every kind of names can hold as it is.
const PLAIN: readonly MemoryFile[] = [file('user'), file('meta'), file('dir/inner.txt'), file('dir/sub/x')];

const genisoimage = (options: string, from = 'in') =>
  `genisoimage -quiet -input-charset utf-8 -V cidata ${options} -o $1 ${from}`;
const xorriso = (options: string, from = 'in') =>
  `xorriso -as mkisofs -quiet -V cidata ${options} -o $1 ${from}`;

/** How others make an image at `$1`, and the files it has then. */
const MAKERS: Readonly<Record<string, readonly [command: string, files: readonly MemoryFile[]]>> = {
  'genisoimage with Rock Ridge and Joliet': [genisoimage('-r -J -joliet-long'), FILES],
  'genisoimage with Rock Ridge, deep directories moved': [genisoimage('-R'), FILES],
  'genisoimage with Rock Ridge, deep directories left': [genisoimage('-R -D'), FILES],
  'genisoimage with Rock Ridge and names of 8.3': [genisoimage('-R -iso-level 1 -no-pad'), FILES],
  'genisoimage with an Enhanced Volume Descriptor': [
    `LC_ALL=C genisoimage -quiet -V cidata -iso-level 4 -D -o $1 in`,
    FILES,
  ],
  'genisoimage with UDF beside it': [genisoimage('-udf -r -J -joliet-long'), FILES],
  'genisoimage with a boot record': [`${genisoimage('-r -b user -c catalog -no-emul-boot', 'plain')}`, PLAIN],
  'genisoimage with Joliet': [genisoimage('-J', 'plain'), PLAIN],
  'genisoimage with neither': [genisoimage('', 'plain'), PLAIN],
  'xorriso with Rock Ridge and Joliet': [xorriso('-r -J'), FILES],
  'xorriso with Rock Ridge, deep directories moved': [xorriso('-r -rr_reloc_dir /moved'), FILES],
  'xorriso with an Enhanced Volume Descriptor': [xorriso('--norock -iso-level 4'), FILES],
  'xorriso with Joliet': [xorriso('--norock -J', 'plain'), PLAIN],
  'xorriso with neither': [xorriso('--norock', 'plain'), PLAIN],
  bsdtar: ['cd in; bsdtar --format=iso9660 --options volume-id=cidata -cf ../$1 *', FILES],
};

const placed = (directory: string, files: readonly MemoryFile[]) =>
  Object.fromEntries(files.map(({ path, content }) => [`${directory}/${path}`, content]));

const nameOf = (maker: string) => `${maker.replace(/\W+/g, '-')}.iso`;

describe('an image of others is read', () => {
  let images: Readonly<Record<string, Uint8Array>> = {};
  beforeAll(async () => {
    const commands = Object.entries(MAKERS).map(
      ([maker, [command]]) => `make() { ${command}; }; ( make ${nameOf(maker)} ) >&2`,
    );
    const verdict = await judge(['sh', '-euc', commands.join('\n')], {
      files: { ...placed('in', FILES), ...placed('plain', PLAIN) },
    });
    images = verdict.files;
  });

  it.each(Object.keys(MAKERS))('of %s', async (maker) => {
    const [, files] = MAKERS[maker] ?? ['', []];
    const bytes = images[nameOf(maker)] ?? new Uint8Array();
    const { catalog: _, ...found } = digests(await filesIn(bytes));
    expect(found).toEqual(digests(files));
    const { label } = await readIso({
      size: bytes.length,
      read: async (at, n) => bytes.subarray(at, at + n),
    });
    // libarchive writes d-characters only.
    expect(label).toBe(maker === 'bsdtar' ? 'CIDATA' : 'cidata');
  });

  it('as equal to ours with the same files, and to no other', async () => {
    const maker = 'genisoimage with Rock Ridge and Joliet';
    const found = digests(await filesIn(images[nameOf(maker)] ?? new Uint8Array()));
    expect(found).toEqual(digests(await filesIn(written(FILES))));
    expect(found).not.toEqual(digests(await filesIn(written([...FILES, file('more')]))));
    expect(found).not.toEqual(digests(await filesIn(written([...FILES.slice(1), file('user-data', '#')]))));
  });
});

describe('what is not a plain file is reported', () => {
  const made = async (script: string, command: string) => {
    const argv = ['sh', '-euc', `${script}; make() { ${command}; }; make image.iso >&2; rm -rf in/* zin`];
    const { files } = await judge(argv, { files: placed('in', NESTED) });
    return files['image.iso'] ?? new Uint8Array();
  };

  it.each([
    ['a symbolic link', 'ln -s user-data in/link'],
    ['a named pipe', 'mkfifo in/link'],
    ['a character device', 'mknod in/link c 1 3'],
  ])('%s', async (kind, script) => {
    for (const command of [genisoimage('-R -D'), xorriso('-R')]) {
      await expect(filesIn(await made(script, command))).rejects.toThrow(
        `the file "link" of the image is ${kind}`,
      );
    }
  });
});

describe('a file of over 4 GiB', () => {
  it('in several extents, as xorriso writes it, is one', async () => {
    // What it writes first tells all, so the rest needn't be written.
    const script = `mkdir in; truncate -s 4300M in/large; echo behind >in/small
      ${xorriso('-iso-level 3 -r -J').replace('$1', '-')} | head -c 400000 >head.iso; rm -r in`;
    const head = (await judge(['sh', '-euc', script])).files['head.iso'] ?? new Uint8Array();
    const image = { size: 2 ** 33, read: async (at: number, n: number) => head.subarray(at, at + n) };
    const read = await readIso(image);
    expect(read.label).toBe(LABEL.label);
    expect(read.files.map(({ path, size }) => [path, size])).toEqual([
      ['large', 4300 * 1024 * 1024],
      ['small', 7],
    ]);
    const [large] = read.files;
    const lengths = large?.extents.map(({ length }) => length) ?? [];
    expect(lengths.length).toBeGreaterThan(1);
    expect(lengths.reduce((sum, it) => sum + it, 0)).toBe(large?.size);
  });
});
