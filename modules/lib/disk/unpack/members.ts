import { Failure, OptionError } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import { HEAD, isDisk, kindOf } from '../formats/detect.ts';

/** A file that was in an archive. */
export interface Member {
  /** Its name in there. */
  readonly name: string;
  /** Where it was unpacked to. */
  readonly path: string;
}

// A raw disk has nothing of its own at its beginning but the boot signature of its first sector, or none.
const isBootable = (head: Uint8Array) => head[510] === 0x55 && head[511] === 0xaa;

/**
 * Which file of an archive is the disk: the one that is asked for, or the only one, or the only one that looks like a
 * disk, as that of an appliance (OVA).
 * @param archive its name for people
 * @throws Failure when there is none, or several
 */
export async function chooseMember(
  host: Host,
  members: readonly Member[],
  archive: string,
  wanted: string | undefined,
): Promise<Member> {
  const names = members.map(({ name }) => name).sort();
  const told = names.length > 8 ? `${names.slice(0, 8).join(', ')}, …` : names.join(', ');
  if (wanted !== undefined) {
    const plain = (name: string) => name.replace(/^(\.?\/)+/, '');
    const found = members.find(({ name }) => plain(name) === plain(wanted));
    if (found) return found;
    throw new OptionError('member', `${archive} has no '${wanted}'; it has ${told || 'no file'}`);
  }
  const [only, ...others] = members;
  if (!only) throw new Failure(`${archive} holds no file, and should hold a disk`);
  if (others.length === 0) return only;
  const known: Member[] = [];
  const bootable: Member[] = [];
  // One after the other: there may be more of them than files that a process may open.
  for (const member of members) {
    const head = (await host.readStart(member.path, HEAD)) ?? new Uint8Array();
    const kind = kindOf(head);
    if (kind === 'raw' ? isBootable(head) : isDisk(kind)) (kind === 'raw' ? bootable : known).push(member);
  }
  const [disk, ...more] = known.length > 0 ? known : bootable;
  if (disk && more.length === 0) return disk;
  throw new OptionError(
    'member',
    `${archive} holds ${members.length} files, ${disk ? 'several' : 'none'} of which look like a disk: say which is meant, of ${told}`,
  );
}
