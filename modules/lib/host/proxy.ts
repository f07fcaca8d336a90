import type { RequestOptions } from 'node:http';
import { Failure } from '../failure.ts';
import { urlOf } from './url.ts';

/** How a request goes to its server, with the headers that its way needs. */
export type Route = Pick<RequestOptions, 'agent' | 'hostname' | 'path' | 'port' | 'protocol'> & {
  readonly headers?: Record<string, string>;
};

/**
 * The way to a server by the proxies of the environment: http asks a proxy for the whole URL, and https goes through a
 * tunnel that it makes.
 * @throws Failure when the environment names an invalid proxy; the message leaves it out, since it may hold a password
 */
export async function routeTo(target: URL): Promise<Route> {
  const { getProxyForUrl } = await import('proxy-from-env');
  const found = getProxyForUrl(target.href);
  if (!found) return {};
  const proxy = proxyOf(found, target);
  // Node takes an IPv6 address without its brackets here.
  const hostname = proxy.hostname.replace(/^\[(.*)\]$/, '$1');
  if (target.protocol === 'https:') {
    const { HttpsProxyAgent } = await import('hpagent');
    // Its types don't know it, but all that is here goes to Node's request.
    const proxyRequestOptions = { hostname } as object;
    return { agent: new HttpsProxyAgent({ proxy, proxyRequestOptions }) };
  }
  const words = [proxy.username, proxy.password].map(decodeURIComponent).join(':');
  return {
    protocol: proxy.protocol,
    hostname,
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path: `${target.origin}${target.pathname}${target.search}`,
    headers: {
      host: target.host,
      ...(proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(words).toString('base64')}` }),
    },
  };
}

function proxyOf(text: string, target: URL): URL {
  try {
    return urlOf(text);
  } catch {
    const variable = `${target.protocol.slice(0, -1)}_proxy`;
    throw new Failure(
      `the environment's ${variable} (or all_proxy) is not a URL of an http proxy: http://HOST:PORT`,
    );
  }
}
