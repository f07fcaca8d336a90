import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOGUED, publishedAt } from '../../../modules/objects/image/catalogue.ts';
import { templateOf } from '../../../modules/objects/image/parts.ts';
import { imageOf, problems } from './given.ts';

describe('the catalogue of images', () => {
  it('says where each image is published, and where its checksum is', () => {
    for (const name of CATALOGUED) {
      const { url = '', checksum = '' } = publishedAt(name, undefined) ?? {};
      expect(url).toMatch(/^https:\/\/[^/]+\/.*amd64\.(qcow2|img)$/);
      const [, algorithm, list] = /^(sha256|sha512):(https:.*)$/.exec(checksum) ?? [];
      // In the same directory, and of the kind that its name says.
      expect(list).toBe(`${url.replace(/[^/]*$/, '')}${algorithm?.toUpperCase()}SUMS`);
      expect(publishedAt(`${name}.qcow2`, undefined)).toEqual({ url, checksum });
    }
    const urls = CATALOGUED.map((name) => publishedAt(name, undefined)?.url);
    expect(new Set(urls).size).toBe(CATALOGUED.length);
  });

  it('has the server of all addresses replaced by a mirror, and nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CATALOGUED), fc.webUrl({ validSchemes: ['https'] }), (name, mirror) => {
        const plain = publishedAt(name, undefined);
        const mirrored = publishedAt(name, mirror);
        const base = mirror.replace(/\/+$/, '');
        for (const key of ['url', 'checksum'] as const) {
          const rest = plain?.[key].replace(/https:\/\/[^/]+/, '') ?? '';
          expect(mirrored?.[key].replace(base, '')).toBe(rest);
          expect(mirrored?.[key]).toContain(base);
        }
      }),
    );
  });

  it('is asked for what has no source, by a name that it has', () => {
    for (const name of ['debian', 'debian-12.img', 'constructor', '__proto__', 'toString'])
      expect(publishedAt(name, undefined)).toBeUndefined();
    const published = publishedAt('debian-12', undefined);
    expect(templateOf(imageOf({ name: 'debian-12' }))).toMatchObject({ ...published });
    expect(templateOf(imageOf({ name: 'debian-12', debootstrap: {} })).url).toBeUndefined();
    const other = { name: 'debian-12', url: 'https://h/x', checksum: `sha256:${'a'.repeat(64)}` };
    expect(templateOf(imageOf(other))).toMatchObject({ url: other.url, checksum: other.checksum });
  });

  it.each([
    [{ checksum: `sha256:${'a'.repeat(64)}` }, {}, "checksum': is that of the catalogue"],
    [{}, { mirror: 'mirror.example.org' }, "mirror': 'mirror.example.org' is not a URL"],
  ])('refuses %j with %j', async (image, task, problem) => {
    expect((await problems({ 'debian-12': image }, task)).join()).toContain(problem);
  });
});
