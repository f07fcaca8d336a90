import { asError, Failure } from '../../../failure.ts';
import type { Host } from '../../../host/host.ts';
import { childrenOf, type Element, valueAt } from '../../../xml/element.ts';
import { firstProcess } from '../../first-process.ts';
import { labelOf } from '../../label.ts';
import { DONE, type Effect } from './effect.ts';
import type { Target } from './guest.ts';

// A container gets an interface that is attached to it with a name of the host's, and without its addresses: libvirt sees to both only
// when it starts a container. So we do, in its network namespace, from outside.

/** Milliseconds. */
const TIMEOUT = 30_000;

interface Link {
  readonly name: string;
  readonly mac: string;
}

/** The links in the answer of `ip -json link`. @throws Failure */
function linksIn(text: string): Link[] {
  const found: unknown = JSON.parse(text);
  if (!Array.isArray(found)) throw new Failure('ip printed something else than a list');
  return found.map((link) => ({ name: String(link?.ifname), mac: String(link?.address).toLowerCase() }));
}

/** The name that libvirt gives an interface without one: the first that is free. */
function freeName(links: readonly Link[]): string {
  const taken = new Set(links.map(({ name }) => name));
  for (let i = 0; ; i++) if (!taken.has(`eth${i}`)) return `eth${i}`;
}

const cidr = (of: Element) =>
  `${of.attributes.address}${of.attributes.prefix === undefined ? '' : `/${of.attributes.prefix}`}`;

const routesFor = (device: Element, name: string) =>
  childrenOf(device, 'route').map(
    (route) => `route replace ${cidr(route)} via ${route.attributes.gateway} dev ${name}`,
  );

/** What `ip -batch` is to do: one line each. */
function commandsFor(device: Element, from: string, name: string): string[] {
  return [
    ...(from === name ? [] : [`link set dev ${from} name ${name}`]),
    ...childrenOf(device, 'ip').map((ip) => `address replace ${cidr(ip)} dev ${name}`),
    // An interface that is down takes no routes.
    ...(valueAt(device, 'link/@state') === 'down'
      ? []
      : [`link set dev ${name} up`, ...routesFor(device, name)]),
  ];
}

/**
 * Names an interface that was just attached to a container as its definition does, gives it its addresses, and sets it up.
 * @param device its definition
 */
export async function setUpInside(host: Host, { uri, name }: Target, device: Element): Promise<Effect> {
  try {
    const process = await firstProcess(host, uri, name);
    const ip = async (args: readonly string[], input?: string) => {
      const words = ['-t', process, '-n', 'ip', ...args];
      const options = { timeout: TIMEOUT, ...(input === undefined ? {} : { input }) };
      const { code, stdout, stderr } = await host.run('nsenter', words, options);
      if (code !== 0) throw new Failure(stderr.trim() || `ip: exit status ${code}`);
      return stdout;
    };
    const links = linksIn(await ip(['-json', 'link']));
    const mac = valueAt(device, 'mac/@address')?.toLowerCase();
    const link = links.find((one) => one.mac === mac);
    if (!link) throw new Failure('it is not there');
    const to = valueAt(device, 'guest/@dev') ?? freeName(links);
    await ip(
      ['-batch', '-'],
      commandsFor(device, link.name, to)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return DONE;
  } catch (error) {
    return {
      later: `${labelOf(device)} is attached, but not set up in the container: ${asError(error).message}`,
    };
  }
}
