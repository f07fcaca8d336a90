import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';

/** What a server sends. */
export interface Download {
  /** The byte that `content` begins with: 0, where the server begins anew. */
  readonly start: number;
  /** The whole length in bytes, where the server tells it. */
  readonly total: number | undefined;
  readonly content: Bytes;
}

/** A download that broke off, and may go on from where it is. */
export class BrokenDownload extends Failure {
  override readonly name = 'BrokenDownload';
}

/** Milliseconds in which a server says nothing. */
const SILENCE = 60_000;

const MOST_REDIRECTS = 10;

/** A URL for people: without the password that may be in it. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

/**
 * Fetches what a URL leads to, by `http_proxy`, `https_proxy` and `no_proxy` of the environment.
 * @param from the first byte that is wanted; a server may not know how, see `start` of what it answers
 * @throws BrokenDownload where another try may help, else Failure
 */
export async function download(url: string, from = 0): Promise<Download> {
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await get(at, from);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy();
      at = new URL(headers.location, at).href;
      continue;
    }
    return answerOf(response, url, from);
  }
  throw new Failure(`${shownUrl(url)} is redirected more than ${MOST_REDIRECTS} times`);
}

function answerOf(response: IncomingMessage, url: string, from: number): Download {
  const { statusCode = 0, statusMessage, headers } = response;
  const [, first, whole] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const total = (length: string | undefined) => (length === undefined ? undefined : Number(length));
  if (statusCode === 206 && Number(first) === from) {
    return { start: from, total: total(whole), content: contentOf(response, url) };
  }
  if (statusCode === 200) {
    return { start: 0, total: total(headers['content-length']), content: contentOf(response, url) };
  }
  response.destroy();
  // RFC 9110, 15.5.17: nothing is left to send, if what we have is all of it.
  if (statusCode === 416 && Number(whole) === from) return { start: from, total: from, content: nothing() };
  const Kind = statusCode === 429 || statusCode === 416 || statusCode >= 500 ? BrokenDownload : Failure;
  throw new Kind(`${shownUrl(url)} answers ${statusCode} ${statusMessage}`);
}

async function* nothing(): Bytes {}

async function* contentOf(response: IncomingMessage, url: string): Bytes {
  try {
    yield* response;
  } catch (error) {
    throw new BrokenDownload(`${shownUrl(url)}: the connection broke off (${(error as Error).message})`);
  } finally {
    response.destroy();
  }
}

async function get(url: string, from: number): Promise<IncomingMessage> {
  const target = new URL(url);
  const headers: Record<string, string> = {
    'accept-encoding': 'identity',
    'user-agent': 'piecewise.cloud',
    ...(from > 0 ? { range: `bytes=${from}-` } : {}),
  };
  const route = await routeTo(target, headers);
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const broken = (reason: string) => reject(new BrokenDownload(`${shownUrl(url)}: ${reason}`));
    const sent = request(target, { ...route, headers }, resolve);
    sent.setTimeout(SILENCE, () => sent.destroy(new Error(`no answer within ${SILENCE / 1000} s`)));
    sent.on('error', (error) => broken(error.message));
    sent.end();
  });
}

// By a proxy, http asks it for the whole URL, and https goes through a tunnel that it makes.
async function routeTo(target: URL, headers: Record<string, string>): Promise<RequestOptions> {
  const { getProxyForUrl } = await import('proxy-from-env');
  const found = getProxyForUrl(target.href);
  if (!found) return {};
  const proxy = new URL(found);
  if (target.protocol === 'https:') {
    const { HttpsProxyAgent } = await import('hpagent');
    return { agent: new HttpsProxyAgent({ proxy: found }) };
  }
  if (proxy.username) {
    const words = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
    headers['proxy-authorization'] = `Basic ${Buffer.from(words).toString('base64')}`;
  }
  headers.host = target.host;
  return { hostname: proxy.hostname, port: proxy.port || 80, path: shownUrl(target.href) };
}
