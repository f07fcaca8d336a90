import { Failure, OptionError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { HEAD, isDisk, kindOf } from '../formats/detect.ts';

/** A file of an archive. */
export interface Member {
  /** Its name in the archive. */
  readonly name: string;
  /** The path of the unpacked file. */
  readonly path: string;
}

// A raw disk has no signature of its own. Its first sector may have the boot signature.
const isBootable = (head: Uint8Array) => head[510] === 0x55 && head[511] === 0xaa;

/**
 * Chooses the file of an archive that is the disk: the requested one, or the only one, or the only one that looks like a
 * disk, as in an appliance (OVA).
 * @param archive its name, for messages
 * @throws Failure or OptionError when no file, or more than one, is found
 */
export async function chooseMember(
  host: Host,
  members: readonly Member[],
  archive: string,
  requested: string | undefined,
): Promise<Member> {
  const names = members.map(({ name }) => name).sort();
  const shown = names.length > 8 ? `${names.slice(0, 8).join(', ')}, …` : names.join(', ');
  if (requested !== undefined) {
    const plain = (name: string) => name.replace(/^(\.?\/)+/, '');
    const found = members.find(({ name }) => plain(name) === plain(requested));
    if (found) return found;
    throw new OptionError('member', `${archive} has no '${requested}'; it has ${shown || 'no file'}`);
  }
  const [only, ...others] = members;
  if (!only) throw new Failure(`${archive} holds no file: it must hold a disk`);
  if (others.length === 0) return only;
  const known: Member[] = [];
  const bootable: Member[] = [];
  // One after the other: there may be more files than a process may have open.
  for (const member of members) {
    const head = (await host.readStart(member.path, HEAD)) ?? new Uint8Array();
    const kind = kindOf(head);
    if (kind === 'raw' ? isBootable(head) : isDisk(kind)) (kind === 'raw' ? bootable : known).push(member);
  }
  const [disk, ...more] = known.length > 0 ? known : bootable;
  if (disk && more.length === 0) return disk;
  throw new OptionError(
    'member',
    `${archive} holds ${members.length} files, ${disk ? 'several' : 'none'} of which look like a disk: set it to one of ${shown}`,
  );
}
