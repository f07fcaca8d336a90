import type { Host } from '../../host/host.ts';

const said = new WeakMap<Host, Map<string, string>>();

/** The formats that the task says disks have, by where their paths lead. */
export function declaredFormats(host: Host): Map<string, string> {
  const known = said.get(host) ?? new Map<string, string>();
  said.set(host, known);
  return known;
}
