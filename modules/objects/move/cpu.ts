import { type Host, readText } from '../../lib/host/host.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { childOf, childrenOf, type Element } from '../../lib/xml/element.ts';
import { parseXml } from '../../lib/xml/parse.ts';

/** What libvirt says of a host. @throws Failure */
export const readCapabilities = async (host: Host, uri: string): Promise<Element> =>
  parseXml(await virsh(host, uri, 'capabilities'));

const FIELDS = ['vendor_id', 'cpu family', 'model', 'model name', 'stepping', 'CPU implementer', 'CPU part'];

/** The processor in a /proc/cpuinfo: two hosts with the same text have the same one. Pure. */
export function hostCpuOf(cpuinfo: string): string {
  const [first = ''] = cpuinfo.split('\n\n');
  const lines = first.split('\n').map((line) => line.split(':').map((part) => part.trim()));
  return FIELDS.flatMap((field) => lines.find(([name]) => name === field)?.[1] ?? []).join(' ');
}

/**
 * Reads which processor a host has. What libvirt calls it isn't compared: that depends on the release of libvirt, as the names
 * of its features depend on that of the kernel.
 */
export const readHostCpu = async (host: Host): Promise<string> =>
  hostCpuOf((await readText(host, '/proc/cpuinfo')) ?? '');

/** The machine types that a host knows for an architecture, as its capabilities list them. Pure. */
export const machinesOf = (capabilities: Element, arch: string): string[] =>
  childrenOf(capabilities, 'guest')
    .map((guest) => childOf(guest, 'arch'))
    .filter((one) => one?.attributes.name === arch)
    .flatMap((one) => childrenOf(one, 'machine'))
    .flatMap(({ text, attributes }) => [text.trim(), attributes.canonical ?? ''])
    .filter(Boolean);

/** The version of a machine type, for comparisons: `pc-q35-7.2` has 7002. */
const versionOf = (machine: string): number => {
  const [, major = '0', minor = '0'] = /-(\d+)\.(\d+)/.exec(machine) ?? [];
  return Number(major) * 1000 + Number(minor);
};

/** The newest machine type of the same kind as another. Pure. */
export function newestLike(machine: string, known: readonly string[]): string | undefined {
  const kind = machine.replace(/-\d+\.\d+.*$/, '');
  return known.filter((one) => one.startsWith(`${kind}-`)).sort((a, b) => versionOf(b) - versionOf(a))[0];
}
