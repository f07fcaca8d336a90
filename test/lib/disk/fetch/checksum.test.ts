import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Algorithm,
  CHECKSUM_PATTERN,
  checksumWarnings,
  verified,
} from '../../../../modules/lib/disk/fetch/checksum.ts';
import { findDigest } from '../../../../modules/lib/disk/fetch/checksum-list.ts';
import { readChecksum } from '../../../../modules/lib/disk/fetch/read-checksum.ts';
import { all, chunks, fakeHost } from '../fake.ts';

const algorithm = fc.constantFrom<Algorithm>('sha256', 'sha512');
const digestOf = (name: Algorithm, content: string) => createHash(name).update(content).digest('hex');
const fileName = fc
  .string({ minLength: 1, maxLength: 20 })
  .filter((name) => !name.includes('/') && name.trim() === name && !['.', '..'].includes(name));

// As GNU coreutils writes it: a backslash before the line where one is in the name.
const escaped = (name: string) =>
  name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
const FORMS: Readonly<Record<string, (digest: string, name: string, of: Algorithm) => string>> = {
  text: (digest, name) => `${digest}  ${name}`,
  binary: (digest, name) => `${digest} *${name}`,
  tag: (digest, name, of) => `${of.toUpperCase()} (${name}) = ${digest}`,
  'a directory before': (digest, name) => `${digest}  ./images/${name}`,
  'capital letters': (digest, name) => `${digest.toUpperCase()}  ${name}`,
};

describe('a list of checksums', () => {
  it.each(Object.entries(FORMS))('gives the digest of a file among others: %s', (_, form) => {
    fc.assert(
      fc.property(algorithm, fileName, fileName, fc.constantFrom('\n', '\r\n'), (of, name, other, end) => {
        fc.pre(name !== other && `${name}x` !== other);
        const line = (file: string) => {
          const name = escaped(file);
          return `${name === file ? '' : '\\'}${form(digestOf(of, file), name, of)}`;
        };
        const list = ['# a comment', line(other), line(name), ''].join(end);
        expect(findDigest(list, of, name)).toBe(digestOf(of, name));
        expect(findDigest(list, of, `${name}x`)).toBeUndefined();
      }),
    );
  });

  it('of another kind has none', () => {
    fc.assert(
      fc.property(fileName, fc.constantFrom(...Object.values(FORMS)), (name, form) => {
        const list = form(digestOf('sha512', name), name, 'sha512');
        expect(findDigest(list, 'sha256', name)).toBeUndefined();
      }),
    );
  });

  it('that is a digest and nothing else is that', () => {
    const digest = digestOf('sha256', 'x');
    expect(findDigest(`${digest.toUpperCase()}\r\n`, 'sha256', 'any')).toBe(digest);
    expect(findDigest(`${digest}\n${digest}\n`, 'sha256', 'any')).toBeUndefined();
    expect(findDigest(digest, 'sha512', 'any')).toBeUndefined();
    expect(findDigest('', 'sha256', 'any')).toBeUndefined();
  });

  it('counts the name as it is before those in directories, and refuses to choose among these', () => {
    const [own, one, two] = ['own', 'one', 'two'].map((text) => digestOf('sha256', text));
    const inside = `${one}  a/disk\n${two}  b/disk\n`;
    expect(findDigest(`${inside}${own}  disk\n`, 'sha256', 'disk')).toBe(own);
    expect(findDigest(`${inside}${own}  ./disk\n`, 'sha256', 'disk')).toBe(own);
    expect(() => findDigest(inside, 'sha256', 'disk')).toThrow(
      "option 'checksum': the list has several digests of 'disk': give the digest itself",
    );
    expect(findDigest(`${one}  a/disk\n${one}  b/disk\n`, 'sha256', 'disk')).toBe(one);
  });
});

describe('a checksum', () => {
  it('as the option takes it', () => {
    const pattern = new RegExp(`^(?:${CHECKSUM_PATTERN})$`);
    const [short, long] = [digestOf('sha256', ''), digestOf('sha512', '')];
    for (const right of [`sha256:${short}`, `sha512:${long}`, 'sha256:/SUMS', 'sha512:https://h/S']) {
      expect(right).toMatch(pattern);
    }
    for (const wrong of [`sha512:${short}`, `sha256:${long}`, short, 'md5:/SUMS', 'sha256:SUMS', 'sha256:']) {
      expect(wrong).not.toMatch(pattern);
    }
  });

  const list = `${digestOf('sha256', 'x')}  disk\n`;
  const served = (text = list) => {
    let closed = 0;
    const fake = fakeHost({
      download: async () => ({
        ...{ start: 0, total: undefined, content: chunks(Buffer.from(text)) },
        close: () => void closed++,
      }),
    });
    return { ...fake, closed: () => closed };
  };

  it('is had from a list on the host, or on a server', async () => {
    const { host, put, closed } = served();
    put('/SUMS', list);
    const wanted = { algorithm: 'sha256', digest: digestOf('sha256', 'x') };
    expect(await readChecksum(host, 'sha256:/SUMS', 'disk')).toEqual(wanted);
    expect(await readChecksum(host, 'sha256:http://h/S', 'disk')).toEqual(wanted);
    expect(closed()).toBe(1);
    expect(await readChecksum(host, `sha256:${wanted.digest.toUpperCase()}`, 'disk')).toEqual(wanted);
  });

  it('is not found in a list with another name, and no password is shown', async () => {
    await expect(readChecksum(served().host, 'sha256:https://joe:hidden@h/S?sig=1', 'other')).rejects.toThrow(
      "option 'checksum': https://h/S?… has no sha256 of 'other': give the digest itself",
    );
  });

  it('has a warning where its list is fetched by plain http, and no password is shown', () => {
    expect(checksumWarnings('sha512:http://joe:hidden@h/S')).toEqual([
      expect.stringMatching(
        /^option 'checksum': http:\/\/h\/S is fetched by plain http.* https URL, or the digest/,
      ),
    ]);
    for (const sure of [undefined, 'sha256:https://h/S', 'sha256:/S', `sha256:${digestOf('sha256', '')}`]) {
      expect(checksumWarnings(sure)).toEqual([]);
    }
  });

  it('is not found in what is not a list', async () => {
    const { host, put } = fakeHost();
    put('/d/file', 'x');
    const of = (place: string) => readChecksum(host, `sha256:${place}`, 'disk');
    await expect(of('/none')).rejects.toThrow("/none doesn't exist: it must be a list of checksums");
    await expect(of('/d')).rejects.toThrow('/d is not a file: it must be a list of checksums');
    put('/long', new Uint8Array(16 * 1024 ** 2 + 1));
    await expect(of('/d/file')).rejects.toThrow("has no sha256 of 'disk'");
  });
});

describe('a content that is checked', () => {
  it('comes through as it is, and fails at its end when it is another', async () => {
    await fc.assert(
      fc.asyncProperty(algorithm, fc.uint8Array(), fc.uint8Array(), async (of, bytes, other) => {
        const digest = createHash(of).update(bytes).digest('hex');
        expect(await all(verified(chunks(bytes), { algorithm: of, digest }, 'it'))).toEqual(
          Buffer.from(bytes),
        );
        fc.pre(Buffer.compare(bytes, other) !== 0);
        await expect(all(verified(chunks(other), { algorithm: of, digest }, 'it'))).rejects.toThrow(
          /^option 'checksum': it has .* and not .*: it is damaged, or another file$/,
        );
      }),
    );
  });
});
