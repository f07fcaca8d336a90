import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connection, MARK, quoted } from '../libvirt/virsh.ts';

/** A disk of a guest that libvirt knows. */
export interface GuestDisk {
  readonly guest: string;
  /** Wherever links lead. */
  readonly path: string;
  /** libvirt's own word: `running`, `paused`, `shut off`, … */
  readonly state: string;
  /** Whether its memory is saved, which fits to the disk as it is. */
  readonly saved: boolean;
}

const URI = 'qemu:///system';

// A host without libvirt has no guests of it.
async function ask(host: Host, commands: readonly string[]): Promise<string[]> {
  const script = commands.join(`; echo ${MARK}; `);
  const answer = await host.run('virsh', [...connection(URI), script]).catch((error) => {
    if (error instanceof Failure) return { code: 1, stdout: '' };
    throw error;
  });
  return answer.stdout.split(MARK);
}

const lines = (text = '') =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const seen = new WeakMap<Host, Promise<readonly GuestDisk[]>>();

/**
 * The disks that the guests of this host have, CDs left out, whether the guests run or not. libvirt is asked once in a
 * run: a task makes many disks.
 */
export function guestDisks(host: Host): Promise<readonly GuestDisk[]> {
  const known = seen.get(host) ?? lookForDisks(host);
  seen.set(host, known);
  return known;
}

async function lookForDisks(host: Host): Promise<GuestDisk[]> {
  const [all, saved] = (await ask(host, ['list --all --name', 'list --all --name --with-managed-save'])).map(
    lines,
  );
  if (!all || all.length === 0) return [];
  const questions = all.flatMap((name) => [
    `domstate ${quoted(name)}`,
    `domblklist --details ${quoted(name)}`,
  ]);
  const answers = await ask(host, questions);
  const disks = all.map(async (guest, i) => {
    const [state = ''] = lines(answers[2 * i]);
    // "file  disk  vda  /path": a path may have spaces in it.
    const paths = lines(answers[2 * i + 1]).flatMap(
      (line) => /^\S+\s+disk\s+\S+\s+(\/.*)$/.exec(line)?.[1] ?? [],
    );
    const found = await Promise.all(paths.map((path) => host.realPath(path)));
    return found.flatMap((path) =>
      path === undefined ? [] : { guest, path, state, saved: saved?.includes(guest) ?? false },
    );
  });
  return (await Promise.all(disks)).flat();
}

/** The guests that have a file as a disk. */
export const guestsOf = async (host: Host, path: string): Promise<GuestDisk[]> => {
  const real = await host.realPath(path);
  return (await guestDisks(host)).filter((disk) => disk.path === real);
};
