import type { IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Failure } from '../failure.ts';
import type { Bytes } from '../volume.ts';
import { routeTo } from './proxy.ts';
import { rateOf, SLOWNESS } from './rate.ts';
import { shownUrl, urlOf } from './url.ts';

/** What a server sends. */
export interface Download {
  /** The byte that `content` begins with: 0, where the server begins again. */
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

/** How slow a server may be. */
interface Patience {
  /** Milliseconds in which it says nothing. */
  readonly silence: number;
  /** Milliseconds in which it has to begin, and then to bring enough, again and again. */
  readonly slowness: number;
}

const PATIENCE: Patience = { silence: 60_000, slowness: SLOWNESS };

const MOST_REDIRECTS = 10;

/**
 * Fetches what a URL leads to, by `http_proxy`, `https_proxy` and `no_proxy` of the environment. A name and password
 * in the URL go to its own server, and not to another that it redirects to. No redirect leads from https to http.
 * @param from the first byte to fetch; a server may not know how, see `start` of what it answers
 * @param patience of the server, and of the proxy
 * @throws BrokenDownload where another try may help, else Failure
 */
export async function download(url: string, from = 0, patience = PATIENCE): Promise<Download> {
  let at = urlOf(url);
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await get(at, from, patience);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy();
      at = redirected(at, headers.location);
      continue;
    }
    const answer = answerOf(response, at, from, patience);
    // Our part isn't the beginning of the server's file: fetch all of it again.
    return answer ?? download(url, 0, patience);
  }
  throw new Failure(`${shownUrl(url)} is redirected more than ${MOST_REDIRECTS} times`);
}

// What came by http on its way could have been led anywhere, also to another https.
function redirected(at: URL, location: string): URL {
  const next = urlOf(location, at);
  if (at.protocol !== 'https:' || next.protocol === 'https:') return next;
  throw new Failure(
    `${shownUrl(at.href)} redirects to ${shownUrl(next.href)}, where its content could be changed on its way: give a URL that stays with https`,
  );
}

function answerOf(
  response: IncomingMessage,
  { href: url }: URL,
  from: number,
  patience: Patience,
): Download | undefined {
  const { statusCode = 0, statusMessage, headers } = response;
  const [, first, whole] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  const total = (length: string | undefined) => (length === undefined ? undefined : Number(length));
  const close = () => void response.destroy();
  if (statusCode === 206 && Number(first) === from) {
    return { start: from, total: total(whole), content: contentOf(response, url, patience), close };
  }
  if (statusCode === 200) {
    const length = total(headers['content-length']);
    return { start: 0, total: length, content: contentOf(response, url, patience), close };
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

async function* contentOf(response: IncomingMessage, url: string, { slowness }: Patience): Bytes {
  const came = rateOf(url, Date.now, slowness);
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      yield chunk;
      came(chunk.length);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new BrokenDownload(`${shownUrl(url)}: the connection broke off (${(error as Error).message})`);
  } finally {
    response.destroy();
  }
}

async function get(target: URL, from: number, { silence, slowness }: Patience): Promise<IncomingMessage> {
  const { headers, ...route } = await routeTo(target);
  const options = {
    ...route,
    headers: {
      ...headers,
      'accept-encoding': 'identity',
      'user-agent': 'piecewise.cloud',
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    },
    // With a proxy it limits the CONNECT request, for which this request waits.
    timeout: silence,
  };
  const request = (route.protocol ?? target.protocol) === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(target, options, (response) => {
      clearTimeout(late);
      resolve(response);
    });
    // A byte of its head now and then is no silence.
    const late = setTimeout(() => sent.destroy(new Error(`no answer within ${slowness / 1000} s`)), slowness);
    sent.on('close', () => clearTimeout(late));
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${silence / 1000} s`)));
    sent.on('error', (error) => reject(new BrokenDownload(`${shownUrl(target.href)}: ${error.message}`)));
    sent.end();
  });
}
