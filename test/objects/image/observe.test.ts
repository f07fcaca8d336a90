import { describe, expect, it } from 'vitest';
import { image } from '../../../modules/objects/image/image.ts';
import type { State } from '../../../modules/objects/image/observe.ts';
import type { ImageOptions } from '../../../modules/objects/image/options.ts';
import { templateOf } from '../../../modules/objects/image/parts.ts';
import { keyFor } from '../../../modules/objects/template/plan.ts';
import { type Fake, fakeHost, type Rest } from '../../lib/disk/fake.ts';
import { DIGEST, imageOf } from './given.ts';

const NAMES = '/var/lib/libvirt/templates';
const built = imageOf({ name: 'built', debootstrap: {} });
const far = imageOf({ name: 'far', url: 'https://h/x', checksum: DIGEST });
const mine = imageOf({ name: 'mine', path: '/x', checksum: DIGEST });

const checksum = { algorithm: 'sha256', digest: 'ab'.repeat(32) } as const;
const keptBy = (one: ImageOptions) =>
  `${NAMES}/by-checksum/${keyFor(templateOf(one), one.debootstrap ? undefined : checksum)}.qcow2`;

/** A host with the templates of some images. */
function hostWith(images: readonly ImageOptions[], run?: Rest['run']): Fake {
  const fake = fakeHost(run ? { run } : {});
  for (const one of images) {
    fake.put(keptBy(one), 'template');
    fake.link(keptBy(one), `${NAMES}/${one.name}`);
  }
  return fake;
}

/** The plans of images on a host. */
async function planned(fake: Fake, images: readonly ImageOptions[]) {
  const states = await image.observe(fake.host, images);
  return images.map((one, i) => image.plan(one, states[i] as State));
}

describe('images that are as they are to be', () => {
  it('cost no process', async () => {
    const images = [built, far, mine];
    const fake = hostWith(images);
    expect((await planned(fake, images)).map(({ changes }) => changes)).toEqual([[], [], []]);
    expect(fake.commands).toEqual([]);
  });
});

describe('images that the host lacks', () => {
  it('and that have one content bring it once', async () => {
    const twin = (one: ImageOptions, more: object = {}) => ({ ...one, name: `${one.name}2`, ...more });
    const images = [built, twin(built), mine, twin(mine), twin(mine, { name: 'mine3', member: 'a' })];
    const plans = await planned(
      hostWith([], () => ({})),
      images,
    );
    expect(plans.map(({ changes, uploads = {} }) => [changes[0]?.step.part, Object.keys(uploads)])).toEqual([
      ['build', []],
      ['template', []],
      ['template', ['mine']],
      ['template', []],
      ['template', ['mine3']],
    ]);
    // One whose name is a file of others brings nothing.
    const taken = hostWith([], () => ({}));
    taken.put(`${NAMES}/mine`, 'others');
    const states = await image.observe(taken.host, [mine, twin(mine)]);
    expect(states).toMatchObject([{ first: false }, { first: true }]);
  });

  const run = () => ({ stdout: 'qemu-img\ndebootstrap\n' });
  const lacking = async (fake: Fake, images: readonly ImageOptions[]) =>
    (await planned(fake, images)).map(({ missing }) => missing?.map((text) => text.split(' ')[0]));

  it('need programs by their type, which are looked up once', async () => {
    const none = hostWith([], run);
    expect(await lacking(none, [built, far, mine])).toEqual([
      ['qemu-img', 'debootstrap'],
      ['qemu-img'],
      ['qemu-img'],
    ]);
    expect(none.commands).toHaveLength(1);
    const some = hostWith([built], run);
    expect(await lacking(some, [far, built])).toEqual([['qemu-img'], []]);
    expect(some.commands.join()).not.toContain('debootstrap');
  });
});
