import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** The kernel's switches that let a host forward packets, by family. */
const SWITCHES = { 4: 'net.ipv4.ip_forward', 6: 'net.ipv6.conf.all.forwarding' } as const;

/** Sets them at boot. */
export const SWITCHES_FILE = '/etc/sysctl.d/60-piecewise-cloud.conf';

// sysctl.d(5): slashes, since the name of an interface may have dots.
const acceptsRouters = (uplink: string) => `net/ipv6/conf/${uplink}/accept_ra`;
const pathOf = (name: string) => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;

/** A setting of the kernel, with the value that it had before. */
interface Setting {
  readonly name: string;
  readonly value: string;
  readonly before: string;
}

/** What the host has of forwarding. */
export interface Forwarding {
  /** The text of our file. */
  readonly text: string | undefined;
  /** Current values by name. */
  readonly current: ReadonlyMap<string, string>;
  /** The families for which other programs need forwarding by now: it is not switched off. */
  readonly others: ReadonlySet<4 | 6>;
}

const HEADING = '# piecewise.cloud: forwarding for networks. Changes made here are lost.';

const render = (settings: readonly Setting[]): string =>
  [
    HEADING,
    ...settings.flatMap(({ name, value, before }) => [`# before: ${before}`, `${name} = ${value}`]),
    '',
  ].join('\n');

const parse = (text = ''): Setting[] =>
  [...text.matchAll(/^# before: (\S+)\n(\S+) = (\S+)$/gm)].map(([, before = '', name = '', value = '']) => ({
    name,
    value,
    before,
  }));

/**
 * Reads the switches, and what is known of an uplink.
 * @param uplinks the interfaces to the outside
 * @param others the families for which other programs need forwarding
 */
export async function readForwarding(
  host: Host,
  uplinks: readonly string[],
  others: ReadonlySet<4 | 6>,
): Promise<Forwarding> {
  const text = await readText(host, SWITCHES_FILE);
  const names = [
    ...Object.values(SWITCHES),
    ...uplinks.map(acceptsRouters),
    ...parse(text).map(({ name }) => name),
  ];
  const current = new Map<string, string>();
  await Promise.all(
    [...new Set(names)].map(async (name) => {
      const value = await readText(host, pathOf(name));
      if (value !== undefined) current.set(name, value.trim());
    }),
  );
  return { text, current, others };
}

/** Settings to restore, our file's new text (undefined removes it), and settings to make, in this order: a killed run loses nothing. */
export interface ForwardingStep {
  readonly restore: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | undefined;
  readonly set: readonly { readonly name: string; readonly value: string }[];
}

/**
 * Plans the switches. A switch that was off before is turned off again when it is no longer needed. Pure.
 * @param families those that the host has to forward
 * @param uplinks the interfaces to the outside: one that is configured by router advertisements stops taking them when the
 * host forwards IPv6, unless accept_ra is 2 (kernel, ip-sysctl)
 * @returns undefined when nothing is to be done
 */
export function planForwarding(
  { text, current, others }: Forwarding,
  families: ReadonlySet<4 | 6>,
  uplinks: readonly string[],
): ForwardingStep | undefined {
  const former = parse(text);
  const beforeOf = (name: string) =>
    former.find((setting) => setting.name === name)?.before ?? current.get(name) ?? '0';
  const routers = families.has(6)
    ? uplinks.map(acceptsRouters).filter((name) => ['1', '2'].includes(current.get(name) ?? ''))
    : [];
  // Routers first: when forwarding is switched on, the kernel forgets the routes of an interface whose accept_ra is 1.
  const needed: Setting[] = [
    ...routers.map((name) => ({ name, value: '2', before: beforeOf(name) })),
    ...([4, 6] as const).flatMap((family) => {
      const name = SWITCHES[family];
      return families.has(family) ? [{ name, value: '1', before: beforeOf(name) }] : [];
    }),
  ];
  const rest = former.filter(({ name }) => !needed.some((setting) => setting.name === name));
  const set = needed
    .filter(({ name, value }) => current.get(name) !== value)
    .map(({ name, value }) => ({ name, value }));
  // What somebody has changed meanwhile is theirs.
  const isOthers = (name: string) => [...others].some((family) => SWITCHES[family] === name);
  const restore = rest
    .filter(({ name }) => !isOthers(name))
    .filter(({ name, value, before }) => current.get(name) === value && before !== value)
    .reverse()
    .map(({ name, before }) => ({ name, value: before }));
  const desired = needed.length > 0 ? render(needed) : undefined;
  return desired === text && set.length + restore.length === 0 ? undefined : { restore, text: desired, set };
}

/** The host after a step. */
export function afterForwarding(
  { current, others }: Forwarding,
  { restore, text, set }: ForwardingStep,
): Forwarding {
  return {
    text,
    others,
    current: new Map([...current, ...[...restore, ...set].map(({ name, value }) => [name, value] as const)]),
  };
}

/** @throws Failure */
export async function applyForwarding(host: Host, { restore, text, set }: ForwardingStep): Promise<void> {
  const write = async (settings: ForwardingStep['set']) => {
    for (const { name, value } of settings)
      await runOrFail(host, 'sh', ['-c', 'echo "$2" >"$1"', 'sh', pathOf(name), value]);
  };
  await write(restore);
  if (text === undefined) await host.remove(SWITCHES_FILE);
  else await host.write(SWITCHES_FILE, text, { mode: 0o644 });
  await write(set);
}
