import { describe, expect, it } from 'vitest';
import { DIGEST, problems } from './given.ts';

const checksum = DIGEST;
const far = { url: 'https://h/x', checksum };

describe('what is wrong with an image', () => {
  const rows: [unknown, string][] = [
    [{ path: '/x', checksum: 'sha256:https://h/SUMS' }, "checksum': must be the digest of the file itself"],
    [{ path: '/x', checksum: 'sha256:abc' }, "checksum': must be the digest of the file itself"],
    [{ url: 'https://h/x', checksum: 'abc' }, "checksum': must be sha256: or sha512: with the digest in"],
    [
      { debootstrap: { suite: '--foo' } },
      `debootstrap.suite': "--foo" must be a Debian release, such as bookworm`,
    ],
    [{ debootstrap: { size: 'large' } }, `debootstrap.size': "large" must be a size such as 2G`],
    [
      { debootstrap: { packages: ['a,b'] } },
      `debootstrap.packages[0]': "a,b" must be the name of a Debian package`,
    ],
    [{ debootstrap: { sute: 'trixie' } }, "debootstrap.sute': is unknown; did you mean 'suite'?"],
    [{ ...far, chekcsum: 'x' }, "chekcsum': is unknown; did you mean 'checksum'?"],
    [{}, "name': 'i.qcow2' is not one of debian-11, debian-11.qcow2, debian-12, "],
    [{ ...far, name: 'y' }, "name': is already set by the entry's key 'i.qcow2': leave it out"],
  ];
  it.each(rows)('%j', async (given, problem) => {
    const [first, ...others] = await problems({ 'i.qcow2': given });
    expect(first).toContain(`option 'images['i.qcow2'].${problem}`);
    expect(others).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{ ...far, path: '/x' }, "options 'url', 'path' exclude each other"],
    [{ ...far, debootstrap: null }, "options 'debootstrap', 'url' exclude each other"],
    [{ url: 'https://h/x' }, "option 'url' needs 'checksum' as well"],
    [{ path: '/x' }, "option 'path' needs 'checksum' as well"],
    [{ debootstrap: {}, checksum }, "options 'debootstrap', 'checksum' exclude each other"],
    [{ debootstrap: {}, member: 'x' }, "options 'debootstrap', 'member' exclude each other"],
  ])('%j', async (given, problem) => {
    expect(await problems({ 'i.qcow2': given })).toEqual([
      expect.stringContaining(`images['i.qcow2']: ${problem}`),
    ]);
  });

  it('is said of each image by its name, and of names and entries', async () => {
    expect(await problems({ one: { sute: 1 }, two: far, three: {} })).toEqual([
      expect.stringContaining("option 'images['one'].sute': "),
      expect.stringContaining("images['three'].name': 'three' is not one of debian-11, "),
    ]);
    for (const name of ['a/b', '../x', '.x', '-x', 'a b', '']) {
      expect((await problems({ [name]: far })).join(), name).toContain(`option 'images['${name}'].name': `);
    }
    expect(await problems({ one: null })).toEqual(["option 'images['one']': is not a mapping"]);
    expect(await problems([far])).toEqual(["option 'images': is not a mapping of mappings"]);
    expect(await problems({ one: far }, { name: 'x' })).toEqual([
      "option 'name': is the key of each entry of 'images': leave it out",
    ]);
  });

  it('says no password of a URL', async () => {
    const all = await problems({
      one: { url: 'ftp://joe:hidden@h/x', checksum },
      two: { url: 'http://joe:hidden@', checksum },
    });
    expect(all.filter(Boolean)).toHaveLength(2);
    expect(all.join()).not.toContain('hidden');
  });
});

describe('nothing is wrong', () => {
  it.each([
    { debootstrap: null },
    { debootstrap: {} },
    { debootstrap: { suite: '-', size: 4294967296, packages: ['g++', 'libstdc++6'] } },
    { url: 'http://h/x', checksum: 'sha512:https://h/SUMS', member: 'a b/c' },
    { path: 'files/x', checksum },
  ])('with %j', async (given) => {
    expect((await problems({ 'i.qcow2': given })).join()).toBe('');
  });

  it.each([{}, far, { debootstrap: {} }, { path: '/x', checksum }])(
    'with %j that is to be absent',
    async (given) => {
      expect((await problems({ 'i.qcow2': given }, { state: 'absent' })).join()).toBe('');
    },
  );
});
