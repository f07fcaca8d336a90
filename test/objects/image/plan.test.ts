import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { Failure } from '../../../modules/lib/failure.ts';
import { image } from '../../../modules/objects/image/image.ts';
import type { State } from '../../../modules/objects/image/observe.ts';
import { imageOptions } from '../../../modules/objects/image/options.ts';
import { templateOf } from '../../../modules/objects/image/parts.ts';
import { planImage } from '../../../modules/objects/image/plan.ts';
import { recipeOf, versionOf } from '../../../modules/objects/image/recipe.ts';
import type { State as TemplateState } from '../../../modules/objects/template/plan.ts';
import { keyFor } from '../../../modules/objects/template/plan.ts';
import { DIGEST, imageOf } from './given.ts';

const NAMES = '/var/lib/libvirt/templates';
const KEPT = `${NAMES}/by-checksum/kept.qcow2`;
const checksum = { algorithm: 'sha256', digest: 'ab'.repeat(32) } as const;

const state = (given: Partial<TemplateState> = {}, lacking: string[] = []): State => ({
  template: {
    ...{ current: undefined, desired: KEPT, kept: false, source: undefined, checksum },
    ...{ left: undefined, unused: new Map() },
    ...given,
  },
  first: true,
  lacking,
});
const titles = (given: Record<string, unknown>, seen: State) =>
  planImage(imageOf(given), seen).changes.map(({ title }) => title);

const built = { debootstrap: { suite: 'bookworm' } };
const far = { url: 'https://h/x.xz', checksum: DIGEST };
const mine = { path: 'files/mine.img', checksum: DIGEST };

describe('what tells the content of an image', () => {
  // Said by the templates of the role image of commit 5bb257e: with another key, hosts would make their images again.
  // It had no openresolv yet.
  const packages = imageOptions.debootstrap_packages.default.filter((name) => name !== 'openresolv');
  const sha512 = `CD${'cd'.repeat(63)}`;
  const rows: [Record<string, unknown>, string][] = [
    [{ debootstrap: null }, 'version-recipe-cba6710283ad8317'],
    [{ debootstrap: {} }, 'version-recipe-cba6710283ad8317'],
    [
      { debootstrap: { suite: 'bookworm', size: '4G', packages: ['qemu-guest-agent', 'g++'] } },
      'version-recipe-00f6c914546ecf46',
    ],
    [{ debootstrap: { size: 4294967296 } }, 'version-recipe-947013f9f742d941'],
    [{ path: '/x', checksum: `sha256:${'AB'.repeat(32)}` }, `sha256-${'ab'.repeat(32)}`],
    [
      { path: '/x', checksum: `sha512:${sha512}`, member: 'a b/two' },
      `sha512-${sha512.toLowerCase()}-a_b_two-e09640e4b39a8c3a`,
    ],
  ];
  it.each(rows)('is that of 5bb257e: %j', (given, key) => {
    const options = templateOf(imageOf({ debootstrap_packages: packages, ...given }));
    const [algorithm = '', digest = ''] = (options.checksum ?? '').split(':');
    const known = options.checksum
      ? { algorithm: algorithm as 'sha256', digest: digest.toLowerCase() }
      : undefined;
    expect(keyFor(options, known)).toBe(key);
  });

  it('is another one for each recipe', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9+.-]{0,5}$/);
    const recipe = fc.record({
      suite: word,
      size: fc.constantFrom('1G', '2G'),
      packages: fc.array(word, { maxLength: 3 }),
    });
    const version = (debootstrap: object) => {
      const made = recipeOf(
        withDefaults(imageOptions, { name: 'x', debootstrap, debootstrap_packages: ['a'] }),
      );
      return made && versionOf(made);
    };
    fc.assert(
      fc.property(recipe, recipe, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(version(one) === version(other)).toBe(same);
      }),
    );
  });
});

describe('an image that the host lacks', () => {
  it('is built, made a template of, and named; which is long work', () => {
    const plan = planImage(imageOf(built), state());
    expect(plan.changes.map(({ title, step }) => [title, step.part])).toEqual([
      ['build i.qcow2 by debootstrap', 'build'],
      ['make template i.qcow2', 'template'],
      [`name template ${NAMES}/i.qcow2`, 'template'],
    ]);
    const [build] = plan.changes;
    expect(build?.after).toEqual({
      suite: 'bookworm',
      size: '2G',
      packages: expect.arrayContaining(['cloud-init', 'openssh-server']),
    });
    expect(build && image.weight?.(build.step)).toBe(Number.POSITIVE_INFINITY);
    expect(plan).toMatchObject({ missing: [], uploads: {}, result: { name: 'i.qcow2', template: KEPT } });
  });

  it('is not built again where that was done and no template was made of it', () => {
    const source = { kind: 'qcow2', length: 100, disk: undefined } as const;
    expect(titles(built, state({ source }))).not.toContain('build i.qcow2 by debootstrap');
  });

  it('is asked for where it is of the controller, until it was brought', () => {
    const dest = `${NAMES}/incoming/sha256-${checksum.digest}-mine.img`;
    const plan = planImage(imageOf(mine), state());
    expect(plan).toMatchObject({ uploads: { 'i.qcow2': dest }, missing: [] });
    expect(plan.changes[0]).toMatchObject({
      title: 'make template i.qcow2',
      after: { from: 'files/mine.img' },
      step: { step: { origin: { source: dest, checksum, take: true } } },
    });
    expect(planImage(imageOf({ ...mine, uploaded: ['i.qcow2'] }), state()).uploads).toEqual({});
  });

  it('is fetched, and no secret of its URL is shown', () => {
    const url = 'https://joe:hidden@h/x.xz?signature=hidden';
    const plan = planImage(imageOf({ ...far, url }), state());
    expect(plan).toMatchObject({ uploads: {}, missing: [] });
    expect(
      JSON.stringify(plan.changes.map(({ title, before, after }) => [title, before, after])),
    ).not.toContain('hidden');
    expect(plan.changes.map(({ step }) => image.weight?.(step))).toEqual([Number.POSITIVE_INFINITY, 0]);
  });

  it.each([built, far, mine])('misses the programs that it needs: %j', (given) => {
    const lacking = ["qemu-img isn't installed on this host: install the package qemu-utils"];
    expect(planImage(imageOf(given), state({}, lacking)).missing).toEqual(lacking);
  });
});

describe('an image that the host has', () => {
  it.each([built, far, mine])('only gets its name: %j', (given) => {
    const plan = planImage(imageOf(given), state({ kept: true }));
    expect(plan.changes.map(({ title }) => title)).toEqual([`name template ${NAMES}/i.qcow2`]);
    expect(plan.uploads).toEqual({});
    expect(titles(given, state({ kept: true, current: KEPT }))).toEqual([]);
  });

  it('is removed with state=absent, and nothing is copied to the host for that', () => {
    const plan = planImage(
      imageOf({ ...mine, state: 'absent' }),
      state({ desired: undefined, current: KEPT }),
    );
    expect(plan.changes.map(({ title }) => title)).toEqual([`remove the name ${NAMES}/i.qcow2`]);
    expect(plan).toMatchObject({ uploads: {}, result: { name: 'i.qcow2', dest: `${NAMES}/i.qcow2` } });
  });

  it('names its own options in errors', () => {
    const option = new Failure('x');
    expect(() => planImage(imageOf(built), { template: option, first: false, lacking: [] })).toThrow('x');
    expect(() => planImage(imageOf(built), state({ current: 'taken' }))).toThrow(
      /i\.qcow2 exists and is not a link to/,
    );
    expect(() => imageOf({ ...built, directory: 'relative' })).toThrow(
      /option 'directory': 'relative\/i.qcow2' must be/,
    );
  });
});
