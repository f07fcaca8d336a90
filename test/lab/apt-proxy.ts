import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

/** What the proxy serves, and how it gets there. */
export interface ProxyOptions {
  /** The Unix socket to listen on. */
  socket: string;
  /** Where fetched packages are kept. */
  cache: string;
  /** The archives that may be asked for, as apt's sources name them (`http://HOST/PATH`). */
  archives: string[];
  /** The machine's own HTTP proxy, if its apt has one. */
  upstream?: string;
}

const text = (response: ServerResponse, status: number, message: string) => {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(`${message}\n`);
};

// A package never changes under its name. All other files of an archive do, so they are not cached.
const keepable = (url: URL) => url.pathname.endsWith('.deb');

function fetchFrom(
  url: URL,
  request: IncomingMessage,
  upstream: string | undefined,
): Promise<IncomingMessage> {
  const headers: IncomingHttpHeaders = { ...request.headers, host: url.host, connection: 'close' };
  delete headers['proxy-connection'];
  return new Promise((resolve, reject) => {
    const method = request.method ?? 'GET';
    const sent =
      url.protocol === 'https:'
        ? httpsRequest(url, { method, headers }, resolve)
        : upstream
          ? httpRequest(upstream, { method, headers, path: url.href }, resolve)
          : httpRequest(url, { method, headers }, resolve);
    sent.on('error', reject).end();
  });
}

async function keep(answer: IncomingMessage, file: string): Promise<boolean> {
  mkdirSync(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.${Date.now()}`;
  await pipeline(answer, createWriteStream(unfinished));
  const whole = statSync(unfinished).size === Number(answer.headers['content-length']);
  if (whole) renameSync(unfinished, file);
  return whole;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
): Promise<void> {
  const asked = new URL(request.url ?? '', 'http://none');
  const archive = options.archives.map((uri) => new URL(uri)).find(({ host }) => host === asked.host);
  if (!archive) return text(response, 403, `${asked.host} is in no apt source of the lab's machine`);
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(response, 405, 'only GET and HEAD');
  asked.protocol = archive.protocol;
  const file = path.join(options.cache, asked.hostname, path.normalize(decodeURIComponent(asked.pathname)));
  if (keepable(asked) && request.method === 'GET') {
    if (!existsSync(file)) {
      for (const part of ['range', 'if-range', 'if-modified-since']) delete request.headers[part];
      const answer = await fetchFrom(asked, request, options.upstream);
      if (answer.statusCode !== 200) {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        return pipeline(answer, response);
      }
      if (!(await keep(answer, file))) return text(response, 502, `${asked.href} came incomplete`);
    }
    response.writeHead(200, { 'content-length': statSync(file).size });
    return pipeline(createReadStream(file), response);
  }
  const answer = await fetchFrom(asked, request, options.upstream);
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

/** Serves apt inside a hypervisor with the machine's own package archives, and nothing else, until killed. */
export function serve(options: ProxyOptions): void {
  const server = createServer((request, response) => {
    handle(request, response, options).catch((error: NodeJS.ErrnoException) => {
      // wget closes as soon as it has the last byte, before we know that it was sent.
      if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return response.destroy();
      console.error(`${request.url}: ${error.message}`);
      if (response.headersSent) response.destroy();
      else text(response, 502, error.message);
    });
  });
  server.listen(options.socket);
}
