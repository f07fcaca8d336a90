import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Checksum } from '../../../../modules/lib/disk/fetch/checksum.ts';
import { fetchTo as fetchFor } from '../../../../modules/lib/disk/fetch/download.ts';
import { fileNameOf } from '../../../../modules/lib/disk/fetch/file-name.ts';
import { Failure } from '../../../../modules/lib/failure.ts';
import { BrokenDownload, type Download } from '../../../../modules/lib/host/download.ts';
import type { Host } from '../../../../modules/lib/host/host.ts';
import { chunks, fakeHost } from '../fake.ts';

const URL_ = 'http://joe:hidden@h/disk.xz?sig=secret';
const PATH = '/store/key.part';
const fetchTo = (host: Host, url: string, path: string, checksum: Checksum) =>
  fetchFor(host, url, path, checksum, async () => undefined);
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
    expect(reports).toContainEqual({ what: 'fetch disk.xz', done: 30, total: 30 });
    expect(reports.at(-1)).toEqual({ what: 'verify disk.xz', done: 30, total: 30 });
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

const MIB = 1024 ** 2;

/** A server that breaks off after so many bytes, again and again, and doesn't say how many there are. */
const breaking = (size: number, breaks: number) =>
  server(Buffer.alloc(size, 1), [], { breaks, lie: undefined });

describe('the limits of a download hold for all its attempts together:', () => {
  it('its room, of which nothing stays when it is used up', async () => {
    const { download, requests } = breaking(40 * MIB, MIB);
    const fake = fakeHost({ download, room: 10 * MIB });
    fake.put(PATH, Buffer.alloc(2 * MIB, 1));
    fake.put('/store/disk', Buffer.alloc(5 * MIB));
    await expect(fetchTo(fake.host, URL_, PATH, checksumOf(Buffer.of()))).rejects.toThrow(
      `has more than ${4.5 * MIB} bytes, and /store has room for ${4.5 * MIB} bytes`,
    );
    expect(fake.files()).toEqual(['/store/disk']);
    expect(requests()).toBe(3);
  });

  it('its room, also when an earlier run has a part of what is too large', async () => {
    const fake = fakeHost({ ...server(Buffer.alloc(1000, 1), []), room: 1000 });
    fake.put(PATH, Buffer.alloc(500, 1));
    await expect(fetchTo(fake.host, URL_, PATH, checksumOf(Buffer.of()))).rejects.toThrow(
      'has 1000 bytes, and /store has room for 900 bytes',
    );
    expect(fake.files()).toEqual([]);
  });

  it('attempts that bring nearly nothing', async () => {
    const { download, requests } = breaking(MIB, 100);
    const outcome = fetchTo(fakeHost({ download }).host, URL_, PATH, checksumOf(Buffer.alloc(MIB, 1)));
    await expect(outcome).rejects.toThrow('broke off; the next run continues the download');
    expect(requests()).toBe(5);
  });

  it('but not attempts that bring enough', async () => {
    const { download, requests } = breaking(6 * MIB, 0.3 * MIB);
    const { host, content } = fakeHost({ download });
    await fetchTo(host, URL_, PATH, checksumOf(Buffer.alloc(6 * MIB, 1)));
    expect(content(PATH)?.length).toBe(6 * MIB);
    expect(requests()).toBeGreaterThan(15);
  });

  it('its rate', async () => {
    const { download, requests } = breaking(6 * MIB, 0.3 * MIB);
    const now = () => requests() * 700_000;
    const outcome = fetchTo(
      fakeHost({ download, now }).host,
      URL_,
      PATH,
      checksumOf(Buffer.alloc(6 * MIB, 1)),
    );
    await expect(outcome).rejects.toThrow(/brought only \d+ bytes in 600 s: fetch it from another server/);
  });
});

describe('a file that is downloaded', () => {
  const bytes = Buffer.from('0123456789');

  it('belongs to this run until what it is for is done', async () => {
    const { host } = fakeHost(server(bytes, []));
    const seen = await fetchFor(host, URL_, PATH, checksumOf(bytes), () => host.list('/store'));
    expect(seen).toEqual([expect.stringMatching(/^\.key\.part\.piecewise-/), 'key.part']);
    expect(await host.list('/store')).toEqual(['key.part']);
  });

  it('is left alone where another run downloads it', async () => {
    const served = server(bytes, []);
    const { host, put, content } = fakeHost(served);
    put(PATH, '01234');
    put('/proc/7/stat', `7 (node) S ${Array.from({ length: 18 }, () => 0).join(' ')} 4711`);
    await host.makeDirectory('/store/.key.part.piecewise-7-4711-abcdef');
    await expect(fetchTo(host, URL_, PATH, checksumOf(bytes))).rejects.toThrow(
      '/store/key.part is being made by another run (process 7): wait until it is done',
    );
    expect(content(PATH)).toEqual(Buffer.from('01234'));
    expect(served.requests()).toBe(0);
  });

  it('has the checksum, and not only what came for it', async () => {
    const { download } = server(bytes, []);
    const fake = fakeHost({
      download: async (url, from) => {
        // Another program writes to the same file.
        fake.put(PATH, 'x');
        return download(url, from);
      },
    });
    await expect(fetchTo(fake.host, URL_, PATH, checksumOf(bytes))).rejects.toThrow(/it is damaged/);
    expect(fake.files()).toEqual([]);
  });
});
