import { PERIOD } from '../../../lib/libvirt/live/plan/quota.ts';
import { type Address, parseAddress, parseIp } from '../../../lib/net/address.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { rangesOf } from '../options/idmap.ts';
import type { Interface } from '../options/items.ts';
import type { DomainOptions } from '../options/options.ts';
import { ifAny, tag, textTag } from './tag.ts';

/** The first process of a new container. */
const DEFAULT_INIT = '/sbin/init';

/** What a container runs (formatdomain, "Container boot"), in the order of libvirt's schema. */
export function initXml(options: DomainOptions, isNew: boolean): Element | undefined {
  const {
    init = isNew ? DEFAULT_INIT : undefined,
    init_arguments: words = [],
    init_environment = {},
  } = options;
  // The root is the default, and libvirt's schema wants a longer path.
  const directory = options.init_directory === '/' ? undefined : options.init_directory;
  return ifAny(
    tag('os', {}, [
      isNew ? tag('type', {}, 'exe') : undefined,
      textTag('init', init),
      ...words.map((word) => tag('initarg', {}, word)),
      ...Object.entries(init_environment).map(([name, value]) => tag('initenv', { name }, String(value))),
      textTag('initdir', directory),
    ]),
  );
}

/** The users and groups of a container; undefined where it has those of the host. */
export function idmapXml({ idmap }: DomainOptions): Element | undefined {
  const ranges = idmap && rangesOf(idmap);
  if (!ranges) return undefined;
  return tag('idmap', {}, [
    ...ranges.uid.map(({ start, target, count }) => tag('uid', { start, target, count })),
    ...ranges.gid.map(({ start, target, count }) => tag('gid', { start, target, count })),
  ]);
}

/** A container without an interface would share the network of the host otherwise (formatdomain, "privnet"). */
export const privateNetwork = (isNew: boolean): Element | undefined =>
  isNew ? tag('features', {}, [tag('privnet', {})]) : undefined;

/** libvirt limits a container by time on the host's processors only; the number is for those who read the definition. */
export const quotaXml = ({ vcpus }: DomainOptions): Element[] =>
  vcpus === undefined
    ? []
    : [
        tag('vcpu', {}, vcpus),
        tag('cputune', {}, [tag('period', {}, PERIOD), tag('quota', {}, vcpus * PERIOD)]),
      ];

export const filesystemsXml = ({ filesystems = [] }: DomainOptions): Element[] =>
  filesystems.map(({ source, target, readonly }) =>
    tag('filesystem', { type: 'mount', accessmode: 'passthrough' }, [
      tag('source', { dir: source }),
      tag('target', { dir: target }),
      readonly ? tag('readonly', {}) : undefined,
    ]),
  );

/** The terminal that `virsh console` opens, without which libvirt starts no container. */
export const containerConsole = (): Element =>
  tag('console', { type: 'pty' }, [tag('target', { type: 'lxc', port: 0 })]);

const FAMILIES = { 4: { family: 'ipv4', any: '0.0.0.0' }, 6: { family: 'ipv6', any: '::' } } as const;

const ipXml = ({ family, ip, prefix }: Address): Element =>
  tag('ip', { address: ip, family: FAMILIES[family].family, prefix });

function routeXml(gateway: string): Element[] {
  const parsed = parseIp(gateway);
  if (!parsed) return [];
  const { family, any } = FAMILIES[parsed.family];
  return [tag('route', { family, address: any, prefix: 0, gateway: parsed.ip })];
}

/** The addresses of an interface, which libvirt sets in the container, and its name there. */
export const insideXml = ({
  guest_device,
  addresses = [],
  gateways = [],
}: Interface): (Element | undefined)[] => [
  ...addresses.map((text) => ipXml(parseAddress(text))),
  ...gateways.flatMap(routeXml),
  guest_device === undefined ? undefined : tag('guest', { dev: guest_device }),
];
