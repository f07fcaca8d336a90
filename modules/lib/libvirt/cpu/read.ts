import type { Host } from '../../host/host.ts';
import { parseXml } from '../../xml/parse.ts';
import { virshBatch } from '../batch.ts';
import { hasKvm } from '../kvm.ts';
import { unreachable } from '../read.ts';
import { type HostCpu, hostCpuIn, VIRT_TYPES, type VirtType } from './host-cpus.ts';

/**
 * Reads the processors that guests can have on a host, in one process.
 * @param types those of the guests; all that the host can run by default
 * @returns those that libvirt describes
 * @throws Failure when libvirt can't be reached
 */
export async function readHostCpus(
  host: Host,
  uri: string,
  types?: readonly VirtType[],
): Promise<readonly HostCpu[]> {
  const kvm = types ? undefined : await hasKvm(host);
  const asked = types ?? VIRT_TYPES.filter((type) => kvm || type !== 'kvm');
  const commands = asked.map((type) => `domcapabilities --virttype ${type}`);
  const { outputs, stderr } = await virshBatch(host, uri, commands);
  if (outputs.length < commands.length) throw unreachable(uri, stderr);
  return outputs.flatMap(({ stdout }) => (stdout.trim() ? (hostCpuIn(parseXml(stdout)) ?? []) : []));
}
