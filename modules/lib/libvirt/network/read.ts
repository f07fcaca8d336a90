import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Element } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { inBatches, quoted, virshBatch } from '../batch.ts';
import { unreachable } from '../read.ts';
import { reasonIn } from '../virsh.ts';

/** A network as libvirt reports it. */
export interface LibvirtNetwork {
  readonly name: string;
  readonly autostart: boolean;
  /** False for a transient network: it has no definition. */
  readonly persistent: boolean;
  /** The persistent definition; that of an active network without one. */
  readonly definition: Element;
  /** What guests that start are connected by; undefined for an inactive network. */
  readonly live: Element | undefined;
}

/**
 * Reads several networks in one process.
 * @returns one for each name; undefined where libvirt has no such network
 * @throws Failure when libvirt can't be reached, or has no networks at all
 */
export const readLibvirtNetworks = (
  host: Host,
  uri: string,
  names: readonly string[],
): Promise<(LibvirtNetwork | undefined)[]> => inBatches(names, (batch) => readBatch(host, uri, batch));

async function readBatch(
  host: Host,
  uri: string,
  names: readonly string[],
): Promise<(LibvirtNetwork | undefined)[]> {
  const commands = names.flatMap((name) => [
    `net-info --network ${quoted(name)}`,
    `net-dumpxml --inactive --network ${quoted(name)}`,
    `net-dumpxml --network ${quoted(name)}`,
  ]);
  const { outputs, stderr } = await virshBatch(host, uri, ['net-list --all --name', ...commands]);
  const [list, ...others] = outputs;
  if (!list) throw unreachable(uri, stderr);
  const problem = list.stderr.trim();
  if (problem !== '' && list.stdout.trim() === '')
    throw new Failure(
      `libvirt can't list its networks: ${reasonIn(problem)}. Is its driver for networks installed? (libvirt-daemon-driver-network, or libvirt-daemon-system)`,
    );
  const known = new Set(list.stdout.split('\n').map((line) => line.trim()));
  return names.map((name, i) => {
    if (!known.has(name)) return undefined;
    const [info, xml, live] = others.slice(3 * i, 3 * i + 3);
    if (!info || !xml?.stdout.trim())
      throw new Failure(
        `libvirt has network '${name}' but can't read it: ${reasonIn(xml?.stderr ?? stderr)}`,
      );
    return readNetwork(name, info.stdout, xml.stdout, live?.stdout ?? '');
  });
}

function readNetwork(name: string, info: string, xml: string, live: string): LibvirtNetwork {
  const has = (label: string) => new RegExp(`^${label}:\\s*yes\\s*$`, 'm').test(info);
  return {
    name,
    autostart: has('Autostart'),
    persistent: has('Persistent'),
    definition: parseXml(xml),
    live: has('Active') && live.trim() !== '' ? parseXml(live) : undefined,
  };
}
