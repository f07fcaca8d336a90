import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchTo } from '../../../../modules/lib/disk/fetch/download.ts';
import { fileNameOf } from '../../../../modules/lib/disk/fetch/file-name.ts';
import { Failure } from '../../../../modules/lib/failure.ts';
import { BrokenDownload, type Download } from '../../../../modules/lib/host/download.ts';
import { chunks, fakeHost } from '../fake.ts';

const URL_ = 'http://joe:hidden@h/disk.xz?sig=secret';
const PATH = '/store/key.part';
const checksumOf = (bytes: Uint8Array) => ({
  algorithm: 'sha256' as const,
  digest: createHash('sha256').update(bytes).digest('hex'),
});

/** How a server answers one request. */
interface Answer {
  /** Whether it knows how to begin where it is asked to. */
  readonly ranges: boolean;
  /** After so many bytes the connection breaks. */
  readonly breaks: number | undefined;
  /** How many bytes more than there are it says there are; undefined where it says nothing. */
  readonly lie: number | undefined;
  readonly refuses: boolean;
}

/** A server of some bytes, which answers as it is told, and as it should from then on; or for ever the same. */
function server(bytes: Uint8Array, answers: readonly Answer[], then: Partial<Answer> = {}) {
  let requests = 0;
  let open = 0;
  const honest: Answer = { ranges: true, breaks: undefined, lie: 0, refuses: false, ...then };
  async function download(_: string, from: number): Promise<Download> {
    const { ranges, breaks, lie, refuses } = answers[requests++] ?? honest;
    if (requests > 1000) throw new Error('it asks for ever');
    if (refuses) throw new BrokenDownload('busy');
    const start = ranges && from <= bytes.length ? from : 0;
    const rest = bytes.subarray(start);
    open++;
    async function* content() {
      yield* chunks(rest.subarray(0, breaks));
      if (breaks !== undefined && breaks < rest.length) throw new BrokenDownload('broke off');
    }
    const total = lie === undefined ? undefined : Math.max(0, bytes.length + lie);
    return { start, total, content: content(), close: () => void open-- };
  }
  return { download, requests: () => requests, open: () => open };
}

const answer = fc.record({
  ranges: fc.boolean(),
  breaks: fc.option(fc.nat(60), { nil: undefined }),
  lie: fc.option(fc.constantFrom(0, 0, -5, 5), { nil: undefined }),
  refuses: fc.boolean(),
});

describe('what is fetched', () => {
  it('is right, or a Failure that says why; a wrong one never stays', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 60 }),
        fc.array(answer, { maxLength: 8 }),
        fc.option(fc.uint8Array({ maxLength: 60 }), { nil: undefined }),
        async (bytes, answers, before) => {
          const { download, open } = server(bytes, answers);
          const { host, put, content } = fakeHost({ download });
          if (before) put(PATH, before);
          const outcome = await fetchTo(host, URL_, PATH, checksumOf(bytes)).catch((error: Error) => error);
          const kept = content(PATH);
          expect(open()).toBe(0);
          if (outcome === undefined) {
            expect(kept ?? Buffer.of()).toEqual(Buffer.from(bytes));
            return;
          }
          expect(outcome).toBeInstanceOf(Failure);
          expect(outcome.message).not.toMatch(/hidden|secret/);
          // What stays is for the next run, and an honest server brings that to its end.
          await fetchTo(fakeHostLike(host, bytes), URL_, PATH, checksumOf(bytes));
          expect(content(PATH) ?? Buffer.of()).toEqual(Buffer.from(bytes));
        },
      ),
      { numRuns: 400 },
    );
  });

  // The same files, behind an honest server.
  function fakeHostLike(host: ReturnType<typeof fakeHost>['host'], bytes: Uint8Array) {
    const { download } = server(bytes, []);
    return new Proxy(host, {
      get: (all, name: keyof typeof host) =>
        name === 'download' ? (url: string, from = 0) => download(url, from) : all[name],
    });
  }

  it('that is another one is removed, and fetched only once', async () => {
    const { download, requests } = server(Buffer.from('another'), []);
    const { host, files } = fakeHost({ download });
    const found = fetchTo(host, URL_, PATH, checksumOf(Buffer.from('wanted')));
    await expect(found).rejects.toThrow(
      /^option 'checksum': http:\/\/h\/disk.xz\?… has sha256:.* and not sha256:.*: it is damaged, or another file$/,
    );
    expect(files()).toEqual([]);
    expect(requests()).toBe(1);
  });

  it('resumes, and starts again where that was another file', async () => {
    const bytes = Buffer.from('0123456789');
    for (const [before, requests] of [
      ['01234', 1],
      ['01x', 2],
      ['0123456789', 1],
      ['0123456789 and more', 1],
    ] as const) {
      const served = server(bytes, []);
      const { host, put, content } = fakeHost(served);
      put(PATH, before);
      await fetchTo(host, URL_, PATH, checksumOf(bytes));
      expect(content(PATH)).toEqual(bytes);
      expect(served.requests(), before).toBe(requests);
    }
  });

  it('ends with a server that always starts again, and breaks off at various points', async () => {
    const bytes = Buffer.alloc(100);
    const answers = Array.from({ length: 900 }, (_, i) => ({
      ...{ ranges: false, lie: 0, refuses: false },
      breaks: i % 2 ? 20 : 40,
    }));
    const { download, requests } = server(bytes, answers);
    const outcome = fetchTo(fakeHost({ download }).host, URL_, PATH, checksumOf(bytes));
    await expect(outcome).rejects.toThrow('broke off; the next run continues the download');
    expect(requests()).toBeLessThan(12);
  });

  it('has its progress reported', async () => {
    const bytes = Buffer.alloc(30, 'x');
    const { host, reports } = fakeHost(server(bytes, []));
    await fetchTo(host, URL_, PATH, checksumOf(bytes));
    expect(reports.at(-1)).toEqual({ what: 'fetch disk.xz', done: 30, total: 30 });
    expect(JSON.stringify(reports)).not.toMatch(/hidden|secret/);
  });
});

describe('the name of what a URL leads to', () => {
  it.each([
    ['http://h/a/disk.qcow2?x=/y#/z', 'disk.qcow2'],
    ['http://h/a%20b', 'a b'],
    ['http://h/files%2Fdisk.raw/', 'disk.raw'],
    ['http://h/100%', '100%'],
    ['http://h:81', 'h:81'],
    ['https://joe:pw@[::1]/', '[::1]'],
  ])('%s: %s', (url, name) => expect(fileNameOf(url)).toBe(name));
});

it.each([
  ['says how long it is', 0],
  ['never ends', undefined],
])('what has no room beside the guests is refused, and does not stay: a server that %s', async (_, lie) => {
  const bytes = Buffer.alloc(1000, 1);
  const { download } = server(bytes, [], { lie });
  const fake = fakeHost({ download, room: 1000 });
  await expect(fetchTo(fake.host, URL_, PATH, checksumOf(bytes))).rejects.toThrow(
    /disk\.xz\S* has (1000|more than 900) bytes, and \/store has room for 900 bytes: free some space/,
  );
  expect(await fake.host.stat(PATH)).toBeUndefined();
});
