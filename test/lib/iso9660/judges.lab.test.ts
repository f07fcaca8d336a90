import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { judge } from '../../support/judge.ts';
import {
  AWKWARD,
  anyFiles,
  digest,
  digests,
  file,
  LABEL,
  MANY,
  type MemoryFile,
  NESTED,
  SEED,
} from './files.ts';

/** Everything at once, since a judge takes longer to ask than to answer. */
const ALL: readonly MemoryFile[] = [
  ...NESTED,
  ...AWKWARD.slice(SEED.length),
  ...MANY.map(({ path, content }) => ({ path: `many/${path}`, content })),
];

/** Files of every kind that are generated, in one image. */
const generated = fc.array(anyFiles, { minLength: 6, maxLength: 8 }).map((trees) =>
  trees.flatMap((files, i) =>
    files
      .map(({ path, content }) => ({ path: `generated-${i}/${path}`, content }))
      // A judge's own directory comes before the path, and all have to fit into Linux's 4,096 bytes.
      .filter(({ path }) => Buffer.byteLength(path) < 3900),
  ),
);

/** Asks a judge of all kinds of files, generated ones too: one image each time. */
const ofAllKinds = (ask: (files: readonly MemoryFile[]) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(generated, (files) => ask([...ALL, ...files])),
    { numRuns: 1, endOnFailure: true },
  );

const imageOf = (files: readonly MemoryFile[]) => ({ 'image.iso': writeIso(files, LABEL) });
const lines = (stdout: string) => stdout.split('\n').filter(Boolean);
const contents = (files: readonly MemoryFile[]) => files.map(({ content }) => digest(content)).sort();

/** The paths of files and of all directories above them. */
const withDirectories = (files: readonly MemoryFile[]) => [
  ...new Set(
    files.flatMap(({ path }) => path.split('/').map((_, i, names) => names.slice(0, i + 1).join('/'))),
  ),
];

// The files a judge extracted below `out`, as ours.
const extracted = (files: Readonly<Record<string, Uint8Array>>): MemoryFile[] =>
  Object.entries(files)
    .filter(([path]) => path.startsWith('out/'))
    .map(([path, content]) => ({ path: path.slice(4), content }));

async function extract(command: string, files: readonly MemoryFile[]): Promise<MemoryFile[]> {
  const argv = ['sh', '-euc', `mkdir out; ${command} >&2; chmod -R u+w out`];
  return extracted((await judge(argv, { files: imageOf(files) })).files);
}

describe('isoinfo', () => {
  it('finds label, Joliet and Rock Ridge', async () => {
    const { stdout } = await judge(['isoinfo', '-d', '-i', 'image.iso'], { files: imageOf(SEED) });
    expect(stdout).toContain('Volume id: cidata\n');
    expect(stdout).toContain('Joliet with UCS level 3 found');
    expect(stdout).toContain('Rock Ridge signatures version 1 found');
  });

  it('finds the directories in the path table', async () => {
    const files = [file('b/x'), file('a/c/y'), file('a/b/z')];
    const { stdout } = await judge(['isoinfo', '-p', '-i', 'image.iso'], { files: imageOf(files) });
    expect(lines(stdout).slice(1)).toEqual([
      expect.stringMatching(/^ +1: +1 [0-9a-f]+ $/),
      expect.stringMatching(/^ +2: +1 [0-9a-f]+ A$/),
      expect.stringMatching(/^ +3: +1 [0-9a-f]+ B$/),
      expect.stringMatching(/^ +4: +2 [0-9a-f]+ B$/),
      expect.stringMatching(/^ +5: +2 [0-9a-f]+ C$/),
    ]);
  });

  it('lists all by Rock Ridge name', () =>
    ofAllKinds(async (files) => {
      const { stdout } = await judge(['isoinfo', '-R', '-f', '-i', 'image.iso'], { files: imageOf(files) });
      // It says nothing of names that span lines.
      const expected = withDirectories(files).flatMap((path) => `/${path}`.split('\n'));
      expect(stdout.split('\n').slice(0, -1).sort()).toEqual(expected.sort());
    }));

  it('lists by Joliet name, and by plain name', async () => {
    const files = [...SEED, file('a.b/c.d/e.f')];
    const joliet = await judge(['isoinfo', '-J', '-f', '-i', 'image.iso'], { files: imageOf(files) });
    expect(lines(joliet.stdout).sort()).toEqual(
      ['/a.b', '/a.b/c.d', '/a.b/c.d/e.f', '/meta-data', '/network-config', '/user-data'].sort(),
    );
    const plain = await judge(['isoinfo', '-f', '-i', 'image.iso'], { files: imageOf(files) });
    expect(lines(plain.stdout).sort()).toEqual(
      ['/A_B', '/A_B/C_D', '/A_B/C_D/E.F;1', '/META_DATA.;1', '/NETWORK_CONFIG.;1', '/USER_DATA.;1'].sort(),
    );
  });

  it.each([
    ['-R', '/dir.d/user-data'],
    ['-J', '/dir.d/user-data'],
    [undefined, '/DIR_D/USER_DATA.;1'],
  ])('extracts with %s', async (extension, path) => {
    const argv = ['isoinfo', ...(extension ? [extension] : []), '-i', 'image.iso', '-x', path];
    const { stdout } = await judge(argv, { files: imageOf([...SEED, file('dir.d/user-data', 'inner')]) });
    expect(stdout).toBe('inner');
  });

  it('sees root’s read-only files, and the links of directories', async () => {
    const files = imageOf([...SEED, file('d/e/x'), file('d/f/y')]);
    const { stdout } = await judge(['isoinfo', '-R', '-l', '-i', 'image.iso'], { files });
    expect(stdout).toMatch(/^-r--r--r-- +1 +0 +0 +17 Jan {2}1 1980 .* user-data $/m);
    const links = (name: string) => [
      ...new Set(
        [...stdout.matchAll(new RegExp(`^dr-xr-xr-x +(\\d+) .* ${name} $`, 'gm'))].map((it) => it[1]),
      ),
    ];
    expect(links('d')).toEqual(['4']);
    expect(links('e')).toEqual(['2']);
    // `.` of the root, of d, and of e and f; `..` of the root and of d is the root, of e and f it is d.
    expect(links('\\.').sort()).toEqual(['2', '3', '4']);
    expect(links('\\.\\.').sort()).toEqual(['3', '4']);
  });
});

describe('xorriso', () => {
  it('extracts all', () =>
    ofAllKinds(async (files) => {
      const command = 'xorriso -abort_on WARNING -osirrox on -indev image.iso -extract / out';
      expect(digests(await extract(command, files))).toEqual(digests(files));
    }));

  it.each(['norock', 'ecma119'])('extracts all contents as %s', (tree) =>
    ofAllKinds(async (files) => {
      const command = `xorriso -read_fs ${tree} -osirrox on -indev image.iso -extract / out`;
      expect(contents(await extract(command, files))).toEqual(contents(files));
    }),
  );
});

describe('bsdtar', () => {
  it('extracts all', () =>
    ofAllKinds(async (files) => {
      expect(digests(await extract('bsdtar -xf image.iso -C out', files))).toEqual(digests(files));
    }));

  it.each(['!rockridge', '!rockridge,!joliet'])('extracts all contents with %s', (options) =>
    ofAllKinds(async (files) => {
      const command = `bsdtar -xf image.iso --options '${options}' -C out`;
      expect(contents(await extract(command, files))).toEqual(contents(files));
    }),
  );
});

describe('7z', () => {
  // What Joliet holds as it is: it takes Joliet's names where there are some.
  const whole = ({ path }: MemoryFile) => path.split('/').every((it) => /^[\w .-]{0,63}[\w-]$/.test(it));

  it('extracts all, with the names that Joliet can hold', () =>
    ofAllKinds(async (all) => {
      // 7-Zip makes raw bytes of these characters in names, which no program then reads as Unicode.
      const files = all.filter(({ path }) => !/[\uef80-\uefff]/.test(path));
      const found = await extract('7zz x -y -oout image.iso', files);
      expect(contents(found)).toEqual(contents(files));
      expect(digests(found)).toMatchObject(digests(ALL.filter(whole)));
    }));
});

describe('blkid', () => {
  it('finds the label that cloud-init looks for', async () => {
    const { stdout } = await judge(['blkid', '-p', '-o', 'export', 'image.iso'], { files: imageOf(NESTED) });
    expect(lines(stdout)).toEqual(
      expect.arrayContaining(['LABEL=cidata', 'TYPE=iso9660', 'BLOCK_SIZE=2048']),
    );
  });
});

describe('a file of 4 GiB less one byte, and one behind it', () => {
  const files = [
    { path: 'dir/large', content: { source: '/large', size: 0xffff_ffff } },
    file('small', 'behind it'),
  ];

  it.each([
    ['bsdtar', 'bsdtar -tvf image.iso', 'bsdtar -xOf image.iso small'],
    ['isoinfo', 'isoinfo -R -l -i image.iso', 'isoinfo -R -i image.iso -x /small'],
    ['7z', '7zz l image.iso', '7zz x -so image.iso small'],
    [
      'xorriso',
      'xorriso -indev image.iso -find / -exec lsdl',
      'xorriso -osirrox on -indev image.iso -extract /small small; cat small',
    ],
  ])('are seen by %s', async (_, list, read) => {
    const argv = ['sh', '-euc', `${list}; echo; ${read}; echo; rm -f small`];
    const { stdout } = await judge(argv, { files: { 'image.iso': writeIso(files, LABEL) } });
    expect(stdout).toMatch(/ 4294967295 .*large/);
    expect(stdout).toMatch(/behind it\n$/);
  });
});
