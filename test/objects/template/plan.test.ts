import { describe, expect, it } from 'vitest';
import type { TemplateOptions } from '../../../modules/objects/template/options.ts';
import { checkOptions, keyFor, planTemplate, type State } from '../../../modules/objects/template/plan.ts';

const checksum = { algorithm: 'sha256', digest: 'a'.repeat(64) } as const;
/** Options, of which some may be left out. */
type Given = { readonly [Name in keyof TemplateOptions]?: TemplateOptions[Name] | undefined };

const options = (given: Given = {}): TemplateOptions =>
  ({
    ...{ dest: '/n/debian', state: 'present', source: '/s', checksum: `sha256:${checksum.digest}` },
    ...{ remove_source: false, overlay_directories: [] },
    ...given,
  }) as TemplateOptions;
const NEW = '/n/by-checksum/new.qcow2';
const OLD = '/n/by-checksum/old.qcow2';
const source = { kind: 'xz', length: 100, disk: undefined } as const;
const state = (given: Partial<State> = {}): State => ({
  ...{ current: undefined, desired: NEW, kept: false, source, left: undefined, checksum, unused: new Map() },
  ...given,
});
const acts = (given: Partial<State>, of: Given = {}) =>
  planTemplate(options(of), state(given)).changes.map(({ title, step }) => [step.act, title]);

describe('a template', () => {
  it('is made, and then named', () => {
    expect(acts({})).toEqual([
      ['keep', 'make template debian'],
      ['name', 'name template /n/debian'],
    ]);
    const [keep, name] = planTemplate(options({ member: 'm', remove_source: true }), state()).changes;
    expect(keep).toMatchObject({
      before: undefined,
      after: { from: '/s' },
      step: {
        key: expect.stringMatching(/^sha256-a{64}-m$/),
        origin: { source: '/s', checksum, member: 'm', take: true },
      },
    });
    expect(name).toMatchObject({ before: undefined, after: { template: NEW }, step: { template: NEW } });
  });

  it('of a part of a disk is another one than that of the disk', () => {
    const keys = [
      {},
      { partition: 1 },
      { partition: 2 },
      { kernel: true },
      { partition: 1, kernel: true },
    ].map((of) => keyFor(options({ kernel: false, ...of }), checksum));
    const key = `sha256-${checksum.digest}`;
    expect(keys).toEqual(
      ['', '+partition-1', '+partition-2', '+kernel', '+partition-1+kernel'].map((end) => key + end),
    );
    const [keep] = planTemplate(options({ partition: 1, kernel: true }), state()).changes;
    expect(keep?.step).toMatchObject({ key: keys[4], origin: { part: { partition: 1, kernel: true } } });
  });

  it('that is kept only gets its name, and one that has it is done', () => {
    expect(acts({ kept: true })).toEqual([['name', 'name template /n/debian']]);
    expect(planTemplate(options(), state({ kept: true, current: NEW }))).toEqual({
      changes: [],
      warnings: [],
      missing: [],
      result: { dest: '/n/debian', template: NEW },
    });
  });

  it('that is kept takes a source with it that a killed run left', () => {
    expect(acts({ kept: true, current: NEW, left: '/s' }, { remove_source: true })).toEqual([
      ['remove-source', 'remove /s'],
    ]);
  });

  it('whose file was taken away is made again', () => {
    expect(acts({ current: NEW })).toEqual([['keep', 'make template debian']]);
  });

  it('is refreshed, and the old one is removed unless a disk needs it', () => {
    const plan = (overlays: string[]) =>
      planTemplate(options(), state({ current: OLD, unused: new Map([[OLD, overlays]]) }));
    expect(plan([]).changes).toMatchObject([
      { step: { act: 'keep' } },
      { before: { template: OLD }, after: { template: NEW }, step: { act: 'name', template: NEW } },
      {
        title: `remove template ${OLD}`,
        before: { template: OLD },
        after: undefined,
        step: { template: OLD },
      },
    ]);
    expect(plan([]).result).not.toHaveProperty('needed');
    expect(plan(['/d']).changes.map(({ step }) => step.act)).toEqual(['keep', 'name']);
    expect(plan(['/d']).result).toMatchObject({ needed: { [OLD]: ['/d'] } });
  });

  it('that is to be absent loses its name', () => {
    const absent = { state: 'absent', source: undefined, checksum: undefined } as const;
    expect(acts({ current: OLD, desired: undefined, source: undefined }, absent)).toEqual([
      ['unname', 'remove the name /n/debian'],
    ]);
    const plan = planTemplate(
      options(absent),
      state({ current: undefined, desired: undefined, source: undefined }),
    );
    expect(plan).toEqual({ changes: [], warnings: [], missing: [], result: { dest: '/n/debian' } });
  });

  it('warns of a list of checksums that is fetched by plain http', () => {
    const warnings = (of: Given) => planTemplate(options(of), state()).warnings;
    expect(warnings({ checksum: 'sha256:http://h/SUMS' })).toEqual([
      expect.stringMatching(/is fetched by plain http/),
    ]);
    expect(warnings({ checksum: 'sha256:https://h/SUMS' })).toEqual([]);
  });

  it('misses a source that there is not, unless it is kept or fetched', () => {
    const missing = (given: Partial<State>, of: Given = {}) =>
      planTemplate(options(of), state({ source: undefined, ...given })).missing;
    expect(missing({})).toEqual(["/s doesn't exist: /n/debian is made from it"]);
    expect(missing({ kept: true })).toEqual([]);
    expect(missing({}, { source: undefined, url: 'http://h/x' })).toEqual([]);
  });

  it('is not put in place of what is not ours', () => {
    expect(() => planTemplate(options(), state({ current: 'taken' }))).toThrow(
      '/n/debian exists and is not a link to a template: move it, or use another name',
    );
  });

  it('never shows a secret of its URL', () => {
    const url = 'https://joe:hidden@h/disk?signature=secret';
    const [keep] = planTemplate(options({ url, source: undefined }), state()).changes;
    expect(keep?.after).toEqual({ from: 'https://h/disk?…' });
    expect(keep?.step).toMatchObject({ origin: { url }, weight: Number.POSITIVE_INFINITY });
  });

  it('is identified by its checksum and member, or its version', () => {
    expect(keyFor(options(), checksum)).toBe(`sha256-${checksum.digest}`);
    expect(keyFor(options({ version: 'r-1' }), undefined)).toBe('version-r-1');
    expect(() => keyFor(options(), undefined)).toThrow(
      "option 'checksum': is required, or 'version' with a source: a template is stored under it",
    );
  });
});

describe('options that do not go together', () => {
  const rows: [Given, string][] = [
    [{ dest: 'n' }, "option 'dest': 'n' must be an absolute path"],
    [{ source: 's' }, "option 'source': 's' must be an absolute path"],
    [{ overlay_directories: ['/a', 'b'] }, "option 'overlay_directories': 'b' must be an absolute path"],
    [{ dest: '/n/' }, "option 'dest': '/n/' is a directory: give the template a name"],
    [{ source: undefined }, "option 'source': is required, or 'url': what the template is made from"],
    [{ checksum: undefined }, "option 'checksum': is required, or 'version' with a source"],
    [{ source: undefined, url: 'http://h/x', version: '1' }, "option 'version': is only for a 'source'"],
    [{ source: undefined, url: 'http://joe:hidden@' }, "option 'url': it is not a URL"],
  ];
  it.each(rows)('%j', (given, message) => {
    expect(() => checkOptions(options(given))).toThrow(message);
  });

  it('are none of what is to be absent', () => {
    const absent = { state: 'absent', source: undefined, checksum: undefined } as const;
    expect(() => checkOptions(options(absent))).not.toThrow();
  });
});
