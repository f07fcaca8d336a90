import type { Host } from '../../../lib/host/host.ts';
import { devicesOf } from '../../../lib/libvirt/devices.ts';
import { type Element, valueAt } from '../../../lib/xml/element.ts';

/** The directories of the host that a container has. */
const sourcesIn = (definition: Element): string[] =>
  devicesOf(definition, 'filesystem').flatMap((one) =>
    (one.attributes.type ?? 'mount') === 'mount' ? (valueAt(one, 'source/@dir') ?? []) : [],
  );

/**
 * The source directories of a container that do not exist. libvirt makes them when it starts the container, with directories of a
 * root in them, and then fails.
 */
export async function missingDirectories(host: Host, definition: Element): Promise<readonly string[]> {
  const found = await Promise.all(
    sourcesIn(definition).map(async (path) => [path, await host.stat(path)] as const),
  );
  return found.flatMap(([path, info]) => (info?.kind === 'directory' ? [] : [path]));
}
