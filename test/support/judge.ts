import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pieces } from '../../modules/lib/volume.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { putPieces } from './pieces.ts';

/**
 * What a judge gets: `input` on its standard input, `files` in its working directory, by their paths.
 * A piece that is a file on the host becomes a hole of its size.
 */
export interface Evidence {
  readonly input?: string | Uint8Array;
  readonly files?: Readonly<Record<string, Uint8Array | Pieces>>;
}

const OUTPUT = '.output';

/** What it answered: its output, and every file in its working directory when it was done but for those it was given. */
export interface Verdict {
  readonly stdout: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Asks a real program, in the lab's hypervisor, about something that we wrote or read.
 * @param argv the program and its arguments; file names are relative to its working directory, a new one each time
 * @throws when the program is missing or fails: a missing judge has not agreed
 */
export async function judge(argv: readonly string[], { input, files = {} }: Evidence = {}): Promise<Verdict> {
  const hypervisor = await sharedHypervisor();
  const place = await mkdtemp(join(hypervisor.root, 'var/tmp/judge-'));
  const inside = place.slice(hypervisor.root.length);
  try {
    for (const [name, content] of Object.entries(files)) {
      await putPieces(join(place, name), content instanceof Uint8Array ? [content] : content);
    }
    // By a file, since every byte of it counts.
    const recorded = ['env', '-C', inside, 'sh', '-c', `exec "$@" >${OUTPUT}`, 'sh', ...argv];
    await hypervisor.exec(recorded, input === undefined ? {} : { input });
    const stdout = await readFile(join(place, OUTPUT), 'utf8');
    await rm(join(place, OUTPUT));
    const left = await readdir(place, { recursive: true, withFileTypes: true });
    const paths = left
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name).slice(place.length + 1))
      .filter((path) => !(path in files));
    const made: Record<string, Uint8Array> = {};
    for (const path of paths) made[path] = new Uint8Array(await readFile(join(place, path)));
    return { stdout, files: made };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
