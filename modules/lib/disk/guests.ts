import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connection, MARK, quoted, reasonIn } from '../libvirt/virsh.ts';

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

/** Where libvirt keeps its guests of QEMU, whether it runs or not. */
const DEFINED = '/etc/libvirt/qemu';

/** Milliseconds in which libvirt answers. */
const PATIENCE = 120_000;

// What each of some commands prints; of one that fails that is nothing.
async function ask(host: Host, commands: readonly string[]): Promise<string[]> {
  const script = commands.join(`; echo ${MARK}; `);
  const { stdout, stderr } = await host.run('virsh', [...connection(URI), script], { timeout: PATIENCE });
  const answers = stdout.split(MARK);
  if (answers.length === commands.length) return answers;
  throw new Failure(reasonIn(stderr) || 'virsh says nothing');
}

// The names of all guests, and of those that are saved. A host without libvirt has none.
async function namesOfGuests(host: Host): Promise<readonly (readonly string[])[]> {
  const commands = ['list --all --name', 'list --all --name --with-managed-save'];
  try {
    return (await ask(host, commands)).map(lines);
  } catch (error) {
    // A libvirt that doesn't answer has its guests all the same, and they may run.
    if (!(await host.list(DEFINED)).some((name) => name.endsWith('.xml'))) return [];
    const why = (error as Error).message;
    throw new Failure(`there are guests, and libvirt doesn't tell which disks they use: ${why}`);
  }
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

/** Guests of one question: a program's argument has an end. */
const GUESTS = 200;

async function lookForDisks(host: Host): Promise<GuestDisk[]> {
  const [all = [], saved = []] = await namesOfGuests(host);
  const disks: GuestDisk[] = [];
  for (let i = 0; i < all.length; i += GUESTS) {
    const guests = all.slice(i, i + GUESTS);
    const answers = await ask(
      host,
      guests.flatMap((name) => [`domstate ${quoted(name)}`, `domblklist --details ${quoted(name)}`]),
    );
    for (const [n, guest] of guests.entries()) {
      const [state = ''] = lines(answers[2 * n]);
      for (const path of await disksIn(host, answers[2 * n + 1])) {
        disks.push({ guest, path, state, saved: saved.includes(guest) });
      }
    }
  }
  return disks;
}

// "file  disk  vda  /path": a path may have spaces in it.
async function disksIn(host: Host, answer: string | undefined): Promise<string[]> {
  const paths = lines(answer).flatMap((line) => /^\S+\s+(?:disk|lun)\s+\S+\s+(\/.*)$/.exec(line)?.[1] ?? []);
  const real = await Promise.all(paths.map((path) => host.realPath(path)));
  return real.filter((path) => path !== undefined);
}

/** The guests that have a file as a disk. */
export const guestsOf = async (host: Host, path: string): Promise<GuestDisk[]> => {
  const real = await host.realPath(path);
  return (await guestDisks(host)).filter((disk) => disk.path === real);
};
