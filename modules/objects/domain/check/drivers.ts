import { OptionError } from '../../../lib/failure.ts';
import { isContainer, OF_CONTAINERS, OF_MACHINES } from '../options/drivers.ts';
import type { DomainOptions } from '../options/options.ts';

type Values = Readonly<Record<string, unknown>>;

// Options with a default are always there. To give it is no demand.
const isGiven = (value: unknown): boolean => value !== undefined && value !== false;

/** Where the task gives an option: `interfaces[1].queues` for `interfaces[].queues`. */
function givenAt(options: Values, path: string): string | undefined {
  const [list, key] = path.split('[].');
  if (key === undefined) return isGiven(options[path]) ? path : undefined;
  const items = (options[list as string] ?? []) as readonly Values[];
  const at = items.findIndex((item) => item[key] !== undefined);
  return at < 0 ? undefined : `${list}[${at}].${key}`;
}

/** Options are for the driver of the connection. @throws OptionError */
export function checkDriver(options: DomainOptions): void {
  const values = options as Values;
  if (!isContainer(options)) {
    const found = OF_CONTAINERS.map((path) => givenAt(values, path)).find(Boolean);
    if (!found) return;
    throw new OptionError(
      found,
      `is for containers, and 'uri' is ${options.uri}: leave it out, or give 'uri: lxc:///system'`,
    );
  }
  for (const [path, reason] of Object.entries(OF_MACHINES)) {
    const found = givenAt(values, path);
    if (found) throw new OptionError(found, `is not possible for a container: ${reason}. Leave it out`);
  }
  options.interfaces?.forEach(({ model }, i) => {
    if (model !== 'virtio')
      throw new OptionError(
        `interfaces[${i}].model`,
        'is not possible for a container: its interfaces are no network cards. Leave it out',
      );
  });
  if (options.console === false)
    throw new OptionError('console', 'a container always has its console: leave it out');
}
