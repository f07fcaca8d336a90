import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';
import { routeTo } from './proxy.ts';
import { shownUrl, urlOf } from './url.ts';

/** What a server sends. */
export interface Download {
  /** The byte that `content` begins with: 0, where the server begins anew. */
  readonly start: number;
  /** The whole length in bytes, where the server tells it. */
  readonly total: number | undefined;
  readonly content: Bytes;
  /** Ends it, also where nobody has begun to read `content`: an open connection keeps the process alive. */
  close(): void;
}

/** A download that broke off, and may go on from where it is. */
export class BrokenDownload extends Failure {
  override readonly name = 'BrokenDownload';
}

/** Milliseconds in which a server says nothing. */
const SILENCE = 60_000;

const MOST_REDIRECTS = 10;

/**
 * Fetches what a URL leads to, by `http_proxy`, `https_proxy` and `no_proxy` of the environment. A name and password
 * in the URL go to its own server, and not to another that it redirects to. No redirect leads from https to http.
 * @param from the first byte that is wanted; a server may not know how, see `start` of what it answers
 * @param silence milliseconds in which the server, or the proxy, may say nothing
 * @throws BrokenDownload where another try may help, else Failure
 */
export async function download(url: string, from = 0, silence = SILENCE): Promise<Download> {
  let at = urlOf(url);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await get(at, from, silence);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy();
      at = redirected(at, headers.location);
      continue;
    }
    const answer = answerOf(response, at, from);
    // What we have isn't a beginning of what the server has: it is had anew.
    return answer ?? download(url, 0, silence);
  }
  throw new Failure(`${shownUrl(url)} is redirected more than ${MOST_REDIRECTS} times`);
}

// What came by http on its way could have been led anywhere, also to another https.
function redirected(at: URL, location: string): URL {
  const next = urlOf(location, at);
  if (at.protocol !== 'https:' || next.protocol === 'https:') return next;
  throw new Failure(
    `${shownUrl(at.href)} redirects to ${shownUrl(next.href)}, where anybody on the way could change it: give a URL that stays with https`,
  );
}

function answerOf(response: IncomingMessage, { href: url }: URL, from: number): Download | undefined {
  const { statusCode = 0, statusMessage, headers } = response;
  const [, first, whole] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const total = (length: string | undefined) => (length === undefined ? undefined : Number(length));
  const close = () => void response.destroy();
  if (statusCode === 206 && Number(first) === from) {
    return { start: from, total: total(whole), content: contentOf(response, url), close };
  }
  if (statusCode === 200) {
    const length = total(headers['content-length']);
    return { start: 0, total: length, content: contentOf(response, url), close };
  }
  close();
  if (statusCode === 416 && from > 0) {
    // RFC 9110, 15.5.17: nothing is left to send, if what we have is all of it.
    return Number(whole) === from ? { start: from, total: from, content: nothing(), close } : undefined;
  }
  const Kind = statusCode === 429 || statusCode >= 500 ? BrokenDownload : Failure;
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

async function get(target: URL, from: number, silence: number): Promise<IncomingMessage> {
  const { headers, ...route } = await routeTo(target);
  const options = {
    ...route,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      'user-agent': 'piecewise.cloud',
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    },
    // The agent of a proxy takes it for its own request, which ours waits for.
    timeout: silence,
  };
  const request = (route.protocol ?? target.protocol) === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(target, options, resolve);
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${silence / 1000} s`)));
    sent.on('error', (error) => reject(new BrokenDownload(`${shownUrl(target.href)}: ${error.message}`)));
    sent.end();
  });
}
