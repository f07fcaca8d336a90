import type { Host } from '../../lib/host/host.ts';

/** The unit of the resolver of the host. */
export const RESOLVED = 'systemd-resolved.service';

const TIMEOUT = 5000;

/**
 * The domains that systemd-resolved asks by each interface, in lower case: one process. It forgets them with the interface, and
 * one that is installed later never had them; a restart of it keeps them (measured).
 * @returns undefined if it doesn't say
 */
export async function readResolved(host: Host): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  try {
    const { code, stdout } = await host.run('resolvectl', ['domain'], { timeout: TIMEOUT });
    if (code !== 0) return undefined;
    const lines = [...stdout.matchAll(/^Link \d+ \((.+?)\):(.*)$/gm)];
    return new Map(
      lines.map(([, device = '', domains = '']) => [device, domains.trim().toLowerCase().split(/\s+/)]),
    );
  } catch {
    return undefined;
  }
}
