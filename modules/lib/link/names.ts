import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import type { Addressing } from '../net/port.ts';
import type { Keeper } from './files.ts';

/** The name servers of an interface, as its file has them. */
export type Names = Pick<Addressing, 'dns' | 'dnsSearch'> & {
  /** The family of the stanza that they stand in. */
  readonly family: 4 | 6;
};

const exists = async (host: Host, path: string) => (await host.stat(path)) !== undefined;

// Debian 12 has it in multi-user, Debian 13 in sysinit.
const RESOLVED = ['multi-user', 'sysinit'].map(
  (target) => `/etc/systemd/system/${target}.target.wants/systemd-resolved.service`,
);

const HOOK = '/etc/network/if-up.d/resolved';

// Debian 12's ifupdown writes `"DNS"="192.0.2.1"` to a file that it then sources: "DNS=192.0.2.1: not found" (measured).
const BROKEN = /^"\$DNS"="\$NEW_DNS"$/m;

/**
 * Why name servers in a port's file would have no effect; undefined when they have one. Networkd hands them to systemd-resolved alone;
 * ifupdown to whatever has a hook: resolvconf, openresolv, or systemd-resolved.
 */
export async function namesProblem(host: Host, keeper: Keeper): Promise<string | undefined> {
  const resolved = (await Promise.all(RESOLVED.map((path) => exists(host, path)))).some(Boolean);
  if (keeper === 'networkd') {
    return resolved
      ? undefined
      : 'systemd-networkd hands them to systemd-resolved, which is not enabled: install and enable it';
  }
  if (resolved) {
    return BROKEN.test((await readText(host, HOOK)) ?? '')
      ? `this ifupdown's hook for systemd-resolved, ${HOOK}, doesn't work: install resolvconf in its place, or use systemd-networkd in place of ifupdown`
      : undefined;
  }
  return (await exists(host, '/sbin/resolvconf'))
    ? undefined
    : 'no hook of ifupdown on this host sets them: install resolvconf';
}

const FAMILIES = ['inet', 'inet6'] as const;

// The hooks of ifupdown that are about names, see interfaces(5), "IFACE_OPTIONS"; the others have nothing to do.
async function hooks(host: Host, when: 'up' | 'down', environment: Record<string, string>): Promise<void> {
  const variables = Object.entries({
    ...environment,
    METHOD: 'static',
    MODE: when === 'up' ? 'start' : 'stop',
    PHASE: when === 'up' ? 'post-up' : 'pre-down',
    VERBOSITY: '0',
  }).map(([name, value]) => `${name}=${value}`);
  await runOrFail(host, 'env', [...variables, 'run-parts', '--regex=resol', `/etc/network/if-${when}.d`]);
}

/** Replaces the name servers of an interface that stays up, by ifupdown's hooks. */
export async function renewNames(host: Host, port: string, names: Names | undefined): Promise<void> {
  const device = { IFACE: port, LOGICAL: port };
  for (const family of FAMILIES) await hooks(host, 'down', { ...device, ADDRFAM: family });
  if (!names) return;
  await hooks(host, 'up', {
    ...device,
    ADDRFAM: names.family === 4 ? 'inet' : 'inet6',
    IF_DNS_NAMESERVERS: names.dns.join(' '),
    IF_DNS_SEARCH: names.dnsSearch.join(' '),
  });
}
