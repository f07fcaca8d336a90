import type { Host } from '../../../lib/host/host.ts';
import { readDomains } from '../../../lib/libvirt/read.ts';
import { virsh } from '../../../lib/libvirt/virsh.ts';
import { childOf, childrenOf, valueAt } from '../../../lib/xml/element.ts';

/**
 * Every file that a domain other than these has as a disk, or that such a disk is an overlay of.
 * @param names the domains whose disks may go
 */
export async function filesOfOthers(
  host: Host,
  uri: string,
  names: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const all = (await virsh(host, uri, 'list', '--all', '--name')).split('\n').map((line) => line.trim());
  const others = await readDomains(
    host,
    uri,
    all.filter((name) => name !== '' && !names.has(name)),
  );
  const files = new Set<string>();
  for (const domain of others) {
    for (const definition of [domain?.definition, domain?.live]) {
      for (const disk of childrenOf(childOf(definition, 'devices'), 'disk')) {
        const file = valueAt(disk, 'source/@file');
        if (file) files.add(file);
      }
    }
  }
  const chains = await Promise.all([...files].map((file) => chainOf(host, file)));
  return new Set([...files, ...chains.flat()]);
}

// `-U`: a guest that runs holds a lock on its disk. A file that isn't there has no chain.
async function chainOf(host: Host, file: string): Promise<string[]> {
  const { code, stdout } = await host.run('qemu-img', [
    'info',
    '-U',
    '--backing-chain',
    '--output=json',
    file,
  ]);
  if (code !== 0) return [];
  return (JSON.parse(stdout) as { filename: string }[]).map(({ filename }) => filename);
}
