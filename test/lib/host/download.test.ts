import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, globalAgent } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BrokenDownload, download } from '../../../modules/lib/host/download.ts';
import { shownUrl, urlOf } from '../../../modules/lib/host/url.ts';
import { all } from '../disk/fake.ts';

const ends: (() => unknown)[] = [];
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy'];
const environment = Object.fromEntries(PROXIES.map((name) => [name, process.env[name]]));
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  for (const name of PROXIES) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

async function listening(server: Server | ReturnType<typeof createPlainServer>, address = '127.0.0.1') {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  ends.push(() => server.close());
  for (const name of PROXIES) delete process.env[name];
  return (server.address() as AddressInfo).port;
}

interface Asked {
  readonly url: string | undefined;
  readonly headers: Record<string, unknown>;
}

/** A server of this process; `asked` is what it was asked for. */
async function serve(answer: RequestListener, address?: string) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    answer(request, response);
  });
  ends.push(() => server.closeAllConnections());
  const port = await listening(server, address);
  return { port, base: `127.0.0.1:${port}`, asked };
}

/** A key of this machine's loopback address, with a certificate by itself. */
function createKey() {
  const place = mkdtempSync(join(tmpdir(), 'piecewise-key-'));
  try {
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1';
    execFileSync('openssl', [...words.split(' '), '-keyout', 'key', '-out', 'cert'], {
      cwd: place,
      stdio: 'pipe',
    });
    return { key: readFileSync(join(place, 'key')), cert: readFileSync(join(place, 'cert')) };
  } finally {
    rmSync(place, { recursive: true });
  }
}

const text = async (content: Parameters<typeof all>[0]) => Buffer.from(await all(content)).toString();
const basic = (words: string) => `Basic ${Buffer.from(words).toString('base64')}`;

describe('download', () => {
  it('gives what a server sends, from the byte that is asked for where it can', async () => {
    const { base, asked } = await serve((request, response) => {
      if (request.headers.range) response.writeHead(206, { 'content-range': 'bytes 3-5/6' }).end('def');
      else response.writeHead(200, { 'content-length': 6 }).end('abcdef');
    });
    const whole = await download(`http://${base}/x`);
    expect([whole.start, whole.total, await text(whole.content)]).toEqual([0, 6, 'abcdef']);
    const rest = await download(`http://${base}/x`, 3);
    expect([rest.start, rest.total, await text(rest.content)]).toEqual([3, 6, 'def']);
    expect(asked[1]?.headers.range).toBe('bytes=3-');
    // A text that is sent packed would not have its checksum.
    expect(asked[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('reaches a server by its IPv6 address', async () => {
    const { port, asked } = await serve((_, response) => response.end('six'), '::1');
    expect(await text((await download(`http://[::1]:${port}/x`)).content)).toBe('six');
    expect(asked[0]?.headers.host).toBe(`[::1]:${port}`);
  });

  it('fetches nothing of a complete file, and starts again where it has more than the whole', async () => {
    const { base } = await serve(({ headers }, response) => {
      if (headers.range) response.writeHead(416, { 'content-range': 'bytes */6' }).end();
      else response.end('abcdef');
    });
    const whole = await download(`http://${base}/x`, 6);
    expect([whole.start, whole.total, await text(whole.content)]).toEqual([6, 6, '']);
    const more = await download(`http://${base}/x`, 7);
    expect([more.start, await text(more.content)]).toEqual([0, 'abcdef']);
  });

  it('starts again where a server refuses a range, without a length', async () => {
    const { base } = await serve(({ headers }, response) => {
      if (headers.range) response.writeHead(416).end();
      else response.end('abcdef');
    });
    expect(await text((await download(`http://${base}/x`, 6)).content)).toBe('abcdef');
  });

  it('is broken where a connection ends before its time, or the server is busy', async () => {
    const { base } = await serve(({ url }, response) => {
      if (url === '/busy') return response.writeHead(503).end();
      response.writeHead(200, { 'content-length': 6 });
      return response.write('abc', () => response.destroy());
    });
    const { content } = await download(`http://${base}/x`);
    await expect(all(content)).rejects.toThrow(BrokenDownload);
    await expect(download(`http://${base}/busy`)).rejects.toThrow(BrokenDownload);
  });

  it('fails where the server is silent for a while', async () => {
    const { base } = await serve((_, response) => void response.flushHeaders());
    const { content } = await download(`http://${base}/x`, 0, { silence: 50, slowness: 60_000 });
    await expect(all(content)).rejects.toThrow(/broke off/);
    const port = await listening(createPlainServer((socket) => void ends.unshift(() => socket.destroy())));
    const silent = download(`http://127.0.0.1:${port}/x`, 0, { silence: 50, slowness: 60_000 });
    await expect(silent).rejects.toThrow(`http://127.0.0.1:${port}/x: no answer within 0.05 s`);
  });

  it('is given up where a server brings next to nothing, of its head or of its content', async () => {
    const drip = (socket: { write(text: string): unknown }, text: string) => {
      const timer = setInterval(() => socket.write(text), 20);
      ends.unshift(() => clearInterval(timer));
    };
    const patience = { silence: 1000, slowness: 200 };
    const { base } = await serve((_, response) => drip(response, 'x'));
    const { content } = await download(`http://${base}/x`, 0, patience);
    await expect(all(content)).rejects.toThrow(
      /brought only \d+ bytes in 0.2 s: fetch it from another server/,
    );
    const port = await listening(
      createPlainServer((socket) => {
        ends.unshift(() => socket.destroy());
        socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n');
        drip(socket, 'A: b\r\n');
      }),
    );
    await expect(download(`http://127.0.0.1:${port}/x`, 0, patience)).rejects.toThrow(
      'no answer within 0.2 s',
    );
  });

  it('may be ended before anybody has read of it', async () => {
    let closed = () => {};
    const ended = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { base } = await serve((request, response) => {
      request.socket.on('close', closed);
      response.writeHead(200, { 'content-length': 6 }).write('a');
    });
    (await download(`http://${base}/x`)).close();
    await ended;
  });
});

describe('a redirect', () => {
  it('is followed; a password is sent to its own server only', async () => {
    const other = await serve((_, response) => response.end('there'));
    const { base, asked } = await serve(({ url }, response) => {
      const to = url === '/x' ? '/y' : `http://localhost:${other.port}/z`;
      response.writeHead(302, { location: to }).end();
    });
    const found = await download(`http://joe:hi%20dden@${base}/x`);
    expect(await text(found.content)).toBe('there');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(Array(2).fill(basic('joe:hi dden')));
    expect(other.asked[0]?.headers.authorization).toBeUndefined();
  });

  it.each([
    ['to itself for ever', '/x', 'is redirected more than 10 times'],
    ['to a file', 'file:///etc/shadow', 'redirects to what is not an http or https URL, but file:'],
    ['to nothing', 'http://[', 'redirects to what is not a URL'],
  ])('%s is refused', async (_, location, message) => {
    const { base } = await serve((_request, response) => response.writeHead(302, { location }).end());
    await expect(download(`http://joe:hidden@${base}/x?key=k`)).rejects.toThrow(
      `http://${base}/x?… ${message}`,
    );
  });
});

describe('a redirect of https', () => {
  const { ca } = globalAgent.options;
  const key = createKey();
  const trust = (certificates: typeof ca) => {
    globalAgent.options.ca = certificates;
  };
  beforeAll(() => trust(key.cert));
  afterAll(() => trust(ca));

  /** A server that redirects to a place, or gives a text. */
  async function secure(location?: string) {
    const server = createSecureServer(key, (_, response) => {
      if (location) response.writeHead(302, { location });
      response.end('it');
    });
    return `https://127.0.0.1:${await listening(server)}/x`;
  }

  it('stays with https', async () => {
    const first = await secure(await secure());
    expect(await text((await download(first)).content)).toBe('it');
  });

  it('does not go by http, though it comes back to https, and nothing is asked of that', async () => {
    const last = await secure();
    const { base, asked } = await serve((_, response) => response.writeHead(302, { location: last }).end());
    const first = await secure(`http://joe:hidden@${base}/y`);
    await expect(download(first)).rejects.toThrow(
      `${first} redirects to http://${base}/y, where its content could be changed on its way`,
    );
    expect(asked).toEqual([]);
    // Who gives http himself knows it.
    expect(await text((await download(`http://${base}/`)).content)).toBe('it');
  });
});

describe('a proxy', () => {
  it("is asked by http for the whole URL, with the proxy's password", async () => {
    const { base, asked } = await serve((_, response) => response.end('it'));
    process.env.http_proxy = `http://me:pro%2Fxy@${base}`;
    const { content } = await download('http://joe:hidden@images.invalid:81/a%20b?key=k#part');
    expect(await text(content)).toBe('it');
    expect(asked).toMatchObject([
      {
        url: 'http://images.invalid:81/a%20b?key=k',
        headers: {
          host: 'images.invalid:81',
          authorization: basic('joe:hidden'),
          'proxy-authorization': basic('me:pro/xy'),
        },
      },
    ]);
  });

  it('may have an IPv6 address', async () => {
    const { port, asked } = await serve((_, response) => response.end('it'), '::1');
    process.env.http_proxy = `http://[::1]:${port}`;
    expect(await text((await download('http://images.invalid/')).content)).toBe('it');
    expect(asked).toHaveLength(1);
  });

  it('makes a tunnel for https, or is an error', async () => {
    const { base } = await serve((_, response) => response.end());
    process.env.https_proxy = `http://me:hidden@${base}`;
    // To a server that knows no CONNECT.
    await expect(download('https://images.invalid/x')).rejects.toThrow(/^https:\/\/images.invalid\/x: /);
    const port = await listening(createPlainServer((socket) => void ends.unshift(() => socket.destroy())));
    process.env.https_proxy = `http://127.0.0.1:${port}`;
    await expect(download('https://images.invalid/x', 0, { silence: 50, slowness: 60_000 })).rejects.toThrow(
      /^https:\/\/images.invalid\/x: (Proxy timeout|no answer)/,
    );
  });

  it.each(['socks5://me:hidden@h:1', 'http://me:hid#den@h', 'http://me:100%@h'])(
    'that is none is refused, and not told: %s',
    async (proxy) => {
      for (const name of PROXIES) delete process.env[name];
      process.env.http_proxy = proxy;
      await expect(download('http://images.invalid/')).rejects.toThrow(
        /^the environment's http_proxy \(or all_proxy\) is not a URL of an http proxy: http:\/\/HOST:PORT$/,
      );
    },
  );
});

describe('a URL', () => {
  it.each([
    ['https://joe:hidden@h:81/a%20b/c', 'https://h:81/a%20b/c'],
    ['http://h/x?key=k#part', 'http://h/x?…'],
    ['http://[::1]/x', 'http://[::1]/x'],
  ])('is shown without what may be secret in it: %s', (url, shown) => expect(shownUrl(url)).toBe(shown));

  it.each(['http://h:x', 'http://', 'ftp://h/x', '/x', 'http://joe:%@h/'])('that is none: %s', (url) => {
    expect(() => urlOf(url)).toThrow(/^it is not an? (http or https )?URL/);
  });
});
