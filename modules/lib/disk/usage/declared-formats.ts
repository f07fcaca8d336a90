import type { Host } from '../../host/host.ts';

const declared = new WeakMap<Host, Map<string, string>>();

/** The formats of disks that the task declares, by path. Links are followed. */
export function declaredFormats(host: Host): Map<string, string> {
  const known = declared.get(host) ?? new Map<string, string>();
  declared.set(host, known);
  return known;
}
