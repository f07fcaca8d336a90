import type { Host } from '../host/host.ts';
import { childOf, childrenOf, type Element, valueAt } from '../xml/element.ts';
import { inBatches, quoted, virshBatch } from './batch.ts';
import { devicesOf } from './devices.ts';
import type { Domain } from './read.ts';

/** A file or block device that a domain has. */
export interface DomainDisk {
  readonly domain: Domain;
  /** Undefined where libvirt doesn't report it: a volume of an inactive pool. */
  readonly path: string | undefined;
  /** Its path or volume, for messages. */
  readonly source: string;
  /** The format that the domain opens it in. */
  readonly format: string;
  /** The kind of device that the guest sees: `disk`, `lun`, `cdrom`, `floppy`. */
  readonly device: string;
  /** Whether the guest reads and writes it; otherwise a disk of it is an overlay of it. */
  readonly attached: boolean;
}

interface Source {
  readonly path?: string | undefined;
  readonly pool?: string | undefined;
  readonly volume?: string | undefined;
}

type Found = Omit<DomainDisk, 'domain' | 'path' | 'source'> & { readonly at: Source };

// A domain opens a disk without a format as raw (formatdomain, "driver").
const RAW = 'raw';

/** The file or block device of a disk. */
export const pathOf = (disk: Element | undefined): string | undefined =>
  valueAt(disk, 'source/@file') ?? valueAt(disk, 'source/@dev');

const sourceIn = (element: Element | undefined): Source => ({
  path: pathOf(element),
  pool: valueAt(element, 'source/@pool'),
  volume: valueAt(element, 'source/@volume'),
});

function disksIn(definition: Element | undefined): Found[] {
  return devicesOf(definition, 'disk').flatMap((disk) => {
    const device = disk.attributes.device ?? 'disk';
    const found = (element: Element, format: string | undefined, attached: boolean): Found => ({
      ...{ at: sourceIn(element), format: format ?? RAW, device, attached },
    });
    const inner = (element: Element, attached: boolean) =>
      found(element, valueAt(element, 'format/@type'), attached);
    const backing: Found[] = [];
    for (let at = childOf(disk, 'backingStore'); at; at = childOf(at, 'backingStore')) {
      backing.push(inner(at, false));
    }
    return [
      found(disk, valueAt(disk, 'driver/@type'), true),
      // The target of a running copy job, and the data file of a qcow2.
      ...childrenOf(disk, 'mirror').map((mirror) => inner(mirror, true)),
      ...childrenOf(childOf(disk, 'source'), 'dataStore').map((store) => inner(store, true)),
      ...backing,
    ];
  });
}

async function pathsOf(host: Host, uri: string, volumes: readonly Source[]): Promise<(string | undefined)[]> {
  const command = ({ pool = '', volume = '' }: Source) =>
    `vol-path --pool ${quoted(pool)} --vol ${quoted(volume)}`;
  return inBatches(volumes, async (batch) => {
    const { outputs } = await virshBatch(host, uri, batch.map(command));
    return batch.map((_, i) => outputs[i]?.stdout.trim() || undefined);
  });
}

/** The files and block devices of domains, of their definitions and of their running guests. */
export async function disksOf(host: Host, uri: string, domains: readonly Domain[]): Promise<DomainDisk[]> {
  const all = domains.flatMap((domain) =>
    [...disksIn(domain.definition), ...disksIn(domain.live)].map((found) => ({ domain, ...found })),
  );
  const volumes = all.filter(({ at }) => at.volume !== undefined);
  const paths = await pathsOf(
    host,
    uri,
    volumes.map(({ at }) => at),
  );
  const pathOf = new Map(volumes.map((disk, i) => [disk.at, paths[i]] as const));
  const seen = new Set<string>();
  return all.flatMap(({ at, ...disk }) => {
    const path = at.path ?? pathOf.get(at);
    const source = path ?? (at.volume === undefined ? undefined : `volume ${at.volume} of pool ${at.pool}`);
    // A running guest mostly has the disks of its definition.
    const key = JSON.stringify([disk.domain.name, source, disk.format, disk.device, disk.attached]);
    if (source === undefined || seen.has(key)) return [];
    seen.add(key);
    return [{ ...disk, path, source }];
  });
}
