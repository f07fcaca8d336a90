import { withProgress } from '../disk/progress.ts';
import type { Host } from '../host/host.ts';
import SCRIPT from './mapped.sh';
import { RANGE } from './range.ts';

// What is kept of a member. Other extended attributes are those of the machine that made the archive.
const KEPT = [
  '--numeric-owner',
  '--same-owner',
  '--same-permissions',
  '--acls',
  '--xattrs',
  '--xattrs-include=security.capability',
  '--xattrs-include=user.*',
];

/** A container has devices of its own. */
const LEFT_OUT = ['--anchored', '--exclude=dev/*', '--exclude=./dev/*', '--exclude=/dev/*'];

/**
 * Extracts the archive of a root, as root of a user namespace: the kernel itself shifts owners, entries of ACLs and file
 * capabilities to the range, set-id bits stay, and no member can change or make what isn't the range's own, nor a device.
 * @param directory a new one, which belongs to the first user of the range
 * @param first the first user of the range
 */
export async function extractRoot(
  host: Host,
  archive: string,
  directory: string,
  first: number,
): Promise<void> {
  const tar = ['tar', '--extract', '--file=-', ...KEPT, ...LEFT_OUT];
  const args = ['-c', SCRIPT, 'mapped.sh', String(first), String(RANGE), ...tar];
  const size = (await host.stat(archive))?.size;
  const content = withProgress(host, host.stream(archive), 'extract the root', size);
  for await (const _ of host.pipeThrough('sh', args, content, { what: archive, cwd: directory }));
}
