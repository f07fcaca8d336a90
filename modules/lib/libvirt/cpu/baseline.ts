import type { Host } from '../../host/host.ts';
import { element } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { serialiseXml } from '../../xml/serialise.ts';
import { virsh, withPrivateFile } from '../virsh.ts';
import { type Cpu, cpuIn, cpuParts } from './cpu.ts';
import type { HostCpu } from './host-cpus.ts';

const documentOf = (cpu: Cpu): string =>
  serialiseXml(element('cpu', { mode: 'custom', match: 'exact' }, cpuParts(cpu)));

/** Asks libvirt for the processor that several have in common. */
const compute = (
  host: Host,
  uri: string,
  { type, arch }: HostCpu,
  cpus: readonly Cpu[],
  ...flags: readonly string[]
): Promise<Cpu> =>
  withPrivateFile(host, cpus.map(documentOf).join(''), async (file) => {
    const of = ['--virttype', type, '--arch', arch, '--migratable', ...flags, file];
    return cpuIn(parseXml(await virsh(host, uri, 'hypervisor-cpu-baseline', ...of)));
  });

/** The same processor without the features that another one lacks: they can't be common, and an older libvirt doesn't know some. Pure. */
export const withoutOthers = (cpu: Cpu, names: ReadonlySet<string>): Cpu => ({
  ...cpu,
  features: cpu.features.filter(({ name }) => names.has(name)),
});

/**
 * Computes a processor that guests can have on several hosts.
 * @param local that of this host
 * @param others those of other hosts, for the same type of guests and of the same architecture
 * @throws Failure with libvirt's reason where they have none in common
 */
export async function baseline(
  host: Host,
  uri: string,
  local: HostCpu,
  others: readonly HostCpu[],
): Promise<Cpu> {
  if (others.length === 0) return compute(host, uri, local, [local]);
  const { features } = await compute(host, uri, local, [local], '--features');
  const names = new Set(features.flatMap(({ name, policy }) => (policy === 'require' ? [name] : [])));
  return compute(host, uri, local, [local, ...others.map((cpu) => withoutOthers(cpu, names))]);
}
