import { Failure } from '../failure.ts';

/**
 * A URL for people: without what may be secret in it, which is its user, its password, and its query (a signed URL's
 * signature).
 */
export function shownUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search ? '?…' : ''}`;
}

/**
 * Reads a URL that can be fetched.
 * @param base what it is relative to: where a server redirects from
 * @throws Failure, without the URL where that may hold a secret
 */
export function urlOf(text: string, base?: URL): URL {
  const found = parsed(text, base);
  const origin = base ? `${shownUrl(base.href)} redirects to what` : 'it';
  if (!found) throw new Failure(`${origin} is not a URL`);
  if (found.protocol === 'http:' || found.protocol === 'https:') return found;
  throw new Failure(`${origin} is not an http or https URL, but ${found.protocol}`);
}

function parsed(text: string, base: URL | undefined): URL | undefined {
  try {
    const url = new URL(text, base);
    // Node decodes these as it sends them.
    for (const part of [url.username, url.password]) decodeURIComponent(part);
    return url;
  } catch {
    return undefined;
  }
}
