import { describe, expect, it } from 'vitest';
import { type Disk, rawDisk } from '../../../modules/lib/disk/image/disk.ts';
import { disk } from '../../../modules/objects/disk/disk.ts';
import type { DiskOptions } from '../../../modules/objects/disk/options.ts';
import { checkOptions, planDisk, type State } from '../../../modules/objects/disk/plan.ts';

const MIB = 1024 ** 2;
/** Options, of which some may be left out. */
type Given = { readonly [Name in keyof DiskOptions]?: DiskOptions[Name] | undefined };

const options = (given: Given = {}): DiskOptions =>
  ({
    ...{ dest: '/d', source: '/t', templates: '/store', backing: 'copy', preallocation: 'off' },
    ...given,
  }) as DiskOptions;
const NOTHING: State = { disk: undefined, source: undefined, checksum: undefined, kept: undefined };
const diskOf = (given: Partial<Disk> = {}): Disk => ({
  ...rawDisk('/t', 8 * MIB),
  ...{ format: 'qcow2', clusterSize: 65_536 },
  ...given,
});
const found = () => ({ kind: 'qcow2', length: 3 * MIB, disk: diskOf(), path: '/real' }) as const;
const packed = { kind: 'xz', length: 3 * MIB, disk: undefined, path: '/real' } as const;
const checksum = { algorithm: 'sha256', digest: 'a'.repeat(64) } as const;
const KEPT = `/store/by-checksum/sha256-${checksum.digest}.qcow2`;

const stepOf = (given: Given, state: Partial<State>) =>
  planDisk(options(given), { ...NOTHING, ...state }).changes[0]?.step;

describe('a disk that is not there', () => {
  it("is made of the link's target, and the plan says so", () => {
    const plan = planDisk(options({ size: '16 MiB' }), { ...NOTHING, source: found() });
    expect(plan.changes).toHaveLength(1);
    expect(plan.changes[0]).toMatchObject({
      title: 'make disk /d',
      before: undefined,
      after: { from: '/t', backing: 'copy', format: 'qcow2', size: '16M' },
      step: { act: 'create', from: '/real', key: undefined, size: 16 * MIB },
    });
    expect(plan.missing).toEqual([]);
    expect(plan.result).toEqual({ dest: '/d', size: 16 * MIB });
  });

  it('has the size of its template, where no other is asked for and it is known', () => {
    expect(planDisk(options(), { ...NOTHING, source: found() }).result).toEqual({
      dest: '/d',
      size: 8 * MIB,
    });
    expect(planDisk(options(), { ...NOTHING, source: packed }).result).toEqual({ dest: '/d' });
  });

  it('misses a source that there is not, and nothing else is wrong', () => {
    const plan = planDisk(options(), NOTHING);
    expect(plan.missing).toEqual(["/t doesn't exist: /d is made from it"]);
    expect(plan.changes).toHaveLength(1);
    expect(
      planDisk(options({ source: undefined, url: 'http://h/x' }), { ...NOTHING, checksum }).missing,
    ).toEqual([]);
  });

  it('is never smaller than its template, wherever that is', () => {
    for (const state of [{ source: found() }, { kept: diskOf(), checksum }]) {
      const of = 'kept' in state ? { url: 'http://joe:hidden@h/x', source: undefined } : {};
      expect(() => planDisk(options({ ...of, size: '4M' }), { ...NOTHING, ...state })).toThrow(
        `option 'size': 4M is less than the 8M of ${'kept' in state ? 'http://h/x' : '/t'}: a disk never shrinks`,
      );
    }
  });

  const layouts: [string, Given, object][] = [
    ['as qcow2', {}, { format: 'qcow2', preallocation: 'off', clusterSize: undefined }],
    ['as raw', { format: 'raw' }, { format: 'raw', preallocation: 'off', clusterSize: undefined }],
    [
      'as an overlay',
      { backing: 'overlay' },
      { format: 'qcow2', preallocation: 'off', clusterSize: undefined },
    ],
    [
      'as it is asked for',
      { cluster_size: '128K', preallocation: 'falloc' },
      { format: 'qcow2', preallocation: 'falloc', clusterSize: 131_072 },
    ],
  ];
  it.each(layouts)('is laid out %s', (_, given, layout) => {
    expect(stepOf(given, { source: found() })).toMatchObject({ layout });
  });

  const keys: [string, Given, Partial<State>, boolean][] = [
    ['of a source that is a disk', {}, { source: found(), checksum }, false],
    ['of an overlay of a disk', { backing: 'overlay' }, { source: found(), checksum }, false],
    ['of a copy of what is packed', {}, { source: packed, checksum }, false],
    ['of an overlay of what is packed', { backing: 'overlay' }, { source: packed, checksum }, true],
    ['of what is fetched', { url: 'http://h/x', source: undefined }, { checksum }, true],
  ];
  it.each(keys)('has its template kept or not: %s', (_, given, state, kept) => {
    const plan = planDisk(options(given), { ...NOTHING, ...state });
    const key = `sha256-${checksum.digest}`;
    expect(plan.changes[0]?.step).toMatchObject({ key: kept ? key : undefined });
    expect(plan.result?.template).toBe(kept ? KEPT : undefined);
  });

  it('keeps no two members of an archive as one template', () => {
    const of = (member: string) => {
      const step = stepOf({ url: 'http://h/x', source: undefined, member }, { checksum });
      return step?.act === 'create' ? (step.key ?? '') : '';
    };
    const members = ['a/b', 'a_b', 'a b', 'a\nb', 'b', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    expect(new Set(members.map(of)).size).toBe(members.length);
    // They are names of files, with what is put before and behind them.
    for (const member of members) expect(of(member)).toMatch(/^[\w.-]{1,180}$/);
  });

  it('needs a checksum where its template is stored under it', () => {
    expect(() => planDisk(options({ url: 'http://h/x', source: undefined }), NOTHING)).toThrow(
      "option 'checksum': is required: what is fetched is stored under it",
    );
    expect(() => planDisk(options({ backing: 'overlay' }), { ...NOTHING, source: packed })).toThrow(
      "option 'checksum': is required: /t is packed, and the template for an overlay is stored under it",
    );
  });

  it('warns of a list of checksums that is fetched by plain http, where it is read', () => {
    const given = options({ checksum: 'sha256:http://h/SUMS' });
    const warnings = [expect.stringMatching(/^option 'checksum': http:\/\/h\/SUMS is fetched by plain http/)];
    expect(planDisk(given, { ...NOTHING, source: found(), checksum }).warnings).toEqual(warnings);
    expect(
      planDisk(given, { ...NOTHING, disk: { guestFormat: undefined, disk: found().disk } }).warnings,
    ).toEqual([]);
  });

  const weights: [string, Given, Partial<State>, number][] = [
    ['a copy of a disk', {}, { source: found() }, 8 * MIB],
    ['an overlay of a disk', { backing: 'overlay' }, { source: found() }, 0],
    ['what is packed', {}, { source: packed }, 12 * MIB],
    ['what is fetched', { url: 'http://h/x', source: undefined }, { checksum }, Number.POSITIVE_INFINITY],
    [
      'a copy of a template that is kept',
      { url: 'http://h/x', source: undefined },
      { checksum, kept: diskOf() },
      8 * MIB,
    ],
  ];
  it.each(weights)('weighs what is to be read: %s', (_, given, state, weight) => {
    expect(stepOf(given, state)).toMatchObject({ weight });
  });

  it('never shows a secret of its URL', () => {
    const url = 'https://joe:hidden@h/disk?signature=secret';
    const plan = planDisk(options({ url, source: undefined }), { ...NOTHING, checksum });
    expect(plan.changes[0]?.after).toMatchObject({ from: 'https://h/disk?…' });
    expect(JSON.stringify(plan)).not.toMatch(/joe|hidden|secret/);
  });
});

describe('a disk that is there', () => {
  const at = (given: Given, of: Partial<Disk> = {}) =>
    planDisk(options(given), { ...NOTHING, disk: { guestFormat: undefined, disk: diskOf(of) } });

  it('stays as it is', () => {
    for (const size of [undefined, '8M', '8388608']) {
      expect(at({ size })).toEqual({ changes: [], warnings: [], result: { dest: '/d', size: 8 * MIB } });
    }
  });

  it('grows in its current format', () => {
    const plan = at({ size: '16M', preallocation: 'metadata' }, { format: 'raw', clusterSize: undefined });
    expect(plan.changes).toEqual([
      {
        title: 'grow disk /d',
        before: { size: '8M' },
        after: { size: '16M' },
        step: {
          act: 'grow',
          layout: { format: 'raw', preallocation: 'metadata', clusterSize: undefined },
          size: 16 * MIB,
        },
      },
    ]);
    expect(plan.result).toEqual({ dest: '/d', size: 16 * MIB });
  });

  it('never shrinks', () => {
    expect(() => at({ size: '4M' })).toThrow(
      "option 'size': 4M is less than the 8M of /d: a disk never shrinks",
    );
  });

  it('is reported where it differs, and is not converted', () => {
    expect(at({ format: 'raw', cluster_size: '4K' })).toMatchObject({
      changes: [],
      warnings: [
        "/d exists, and its 'format' is qcow2 and not raw: an existing disk isn't converted",
        "/d exists, and its 'cluster_size' is 64K and not 4K: an existing disk isn't converted",
      ],
    });
    expect(at({ format: 'qcow2', cluster_size: '64K' }).warnings).toEqual([]);
    // A raw disk has no clusters to be unlike.
    expect(at({ cluster_size: '4K' }, { format: 'raw', clusterSize: undefined }).warnings).toEqual([]);
  });

  it('that is something else to its guest does not grow', () => {
    const state = { ...NOTHING, disk: { guestFormat: { guest: 'web1', format: 'qcow2' }, disk: diskOf() } };
    const grown = (given: Given) => planDisk(options(given), state);
    expect(() => grown({ format: 'raw', size: '16M' })).toThrow(
      "option 'format': /d is qcow2 to the guest 'web1', and can't be grown as raw: set that format, or omit 'size'",
    );
    expect(grown({ format: 'raw', size: '8M' })).toMatchObject({
      changes: [],
      warnings: ["/d exists, and its 'format' is qcow2 and not raw: an existing disk isn't converted"],
    });
    expect(grown({ size: '16M' }).changes).toMatchObject([{ step: { layout: { format: 'qcow2' } } }]);
  });

  it('of which nothing has to be known stays unknown', () => {
    const state = { ...NOTHING, disk: { guestFormat: undefined, disk: undefined } };
    expect(planDisk(options(), state)).toEqual({ changes: [], result: { dest: '/d' } });
  });
});

describe('an empty disk', () => {
  const empty = { source: undefined, format: 'raw', size: '2G', preallocation: 'full' } as const;

  it('is made of zeros, and takes long only where these are written', () => {
    const [change] = planDisk(options(empty), NOTHING).changes;
    expect(change).toMatchObject({
      title: 'make empty disk /d',
      after: { format: 'raw', size: '2G' },
      step: { act: 'create-empty', size: 2048 * MIB, layout: { format: 'raw', preallocation: 'full' } },
    });
    expect(change && disk.weight?.(change.step)).toBe(2048 * MIB);
    const [sparse] = planDisk(options({ ...empty, preallocation: 'off' }), NOTHING).changes;
    expect(sparse && disk.weight?.(sparse.step)).toBe(0);
  });

  it('is used as it is where it exists', () => {
    const exists = { guestFormat: undefined, disk: rawDisk('/d', 2048 * MIB) };
    expect(planDisk(options(empty), { ...NOTHING, disk: exists }).changes).toEqual([]);
  });

  it.each<[Given, string]>([
    [{ backing: 'overlay' }, "option 'source': is required, or 'url': what the disk is an overlay of"],
    [
      { checksum: `sha256:${'a'.repeat(64)}` },
      "option 'source': is required, or 'url': what 'checksum' is for",
    ],
    [{ member: 'a' }, "option 'source': is required, or 'url': what 'member' is in"],
    [
      { size: undefined },
      "option 'source': is required, or 'url': what the disk is made from. An empty disk",
    ],
    [{ format: undefined }, "option 'format': is required for an empty disk"],
    [{ size: '0' }, "option 'size': an empty disk must be larger than 0"],
  ])('%j is an error', (given, message) => {
    expect(() => checkOptions(options({ ...empty, ...given }))).toThrow(message);
    expect(() => checkOptions(options(empty))).not.toThrow();
  });
});

describe('options that do not go together', () => {
  const rows: [Given, string][] = [
    [{ dest: 'd' }, "option 'dest': 'd' must be an absolute path"],
    [{ source: 't' }, "option 'source': 't' must be an absolute path"],
    [{ templates: 's' }, "option 'templates': 's' must be an absolute path"],
    [{ dest: '/d/' }, "option 'dest': '/d/' is a directory: name the disk's file"],
    [{ dest: '/t' }, "'dest' and 'source' are the same file"],
    [
      { dest: '/dev/vg/lv' },
      "option 'dest': '/dev/vg/lv' would be in memory: a disk is made as a file on a file system",
    ],
    [{ member: 'a/' }, "option 'member': 'a/' is a directory"],
    [{ size: '1000' }, "option 'size': 1000 is not a valid size: use a multiple of 512 bytes"],
    [{ size: '9999999T' }, "option 'size': 9999999T is not a valid size: use a multiple of 512 bytes"],
    [{ url: 'http://h:x', source: undefined }, "option 'url': it is not a URL"],
    [{ url: 'http://joe:100%@h', source: undefined }, "option 'url': it is not a URL"],
    [
      { url: 'ftp://joe:hidden@h', source: undefined },
      "option 'url': it is not an http or https URL, but ftp:",
    ],
    [
      { checksum: 'md5:https://joe:hidden@h/S' },
      "option 'checksum': must be sha256: or sha512: with the digest",
    ],
    [{ checksum: 'sha256:https://[h/S' }, "option 'checksum': it is not a URL"],
    [{ cluster_size: '256' }, "option 'cluster_size': 256 is not a power of two from 512 to 2M"],
    [{ cluster_size: '4M' }, "option 'cluster_size': 4M is not a power of two from 512 to 2M"],
    [{ cluster_size: '96K' }, "option 'cluster_size': 96K is not a power of two from 512 to 2M"],
    [
      { format: 'raw', cluster_size: '64K' },
      "option 'cluster_size': a raw disk has no clusters: leave it out",
    ],
    [{ format: 'raw', backing: 'overlay' }, "option 'format': an overlay is a qcow2"],
    [{ format: 'raw', preallocation: 'metadata' }, "option 'preallocation': a raw disk has no tables"],
    [{ backing: 'overlay', preallocation: 'full' }, "option 'preallocation': an overlay takes no room"],
  ];
  it.each(rows)('%j', (given, message) => {
    const check = () => checkOptions(options(given));
    expect(check).toThrow(message);
    expect(check).not.toThrow(/hidden/);
  });

  it('are few', () => {
    for (const given of [
      { cluster_size: '512' },
      { cluster_size: '2M' },
      { format: 'raw', preallocation: 'full' },
      { backing: 'overlay', format: 'qcow2' },
      { size: '20 GiB' },
      { size: '512' },
      { url: 'https://joe:a%20b@[::1]:8443/x', source: undefined, checksum: 'sha256:https://h/S' },
    ] as Given[]) {
      expect(() => checkOptions(options(given))).not.toThrow();
    }
  });
});
