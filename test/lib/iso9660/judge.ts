import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sharedHypervisor } from '../../lab/shared.ts';

/** What a judge works with: `input` goes to its standard input, `files` lie in its working directory. */
export interface Evidence {
  readonly input?: string | Uint8Array;
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

const OUTPUT = '.output';

/** What it answered: its output, and every file in its working directory when it was done. */
export interface Verdict {
  readonly stdout: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Asks a real program, in the lab's hypervisor. All judges of this folder and of cloudinit's are run here and nowhere
 * else.
 * @param argv the program and its arguments; file names are relative to its working directory, a new one each time
 * @throws when the program is missing or fails: a judge that isn't there has not agreed
 */
export async function judge(argv: readonly string[], { input, files = {} }: Evidence = {}): Promise<Verdict> {
  const hypervisor = await sharedHypervisor();
  const place = await mkdtemp(join(hypervisor.root, 'var/tmp/judge-'));
  const inside = place.slice(hypervisor.root.length);
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(place, name), content);
    // By a file, since every byte of it counts.
    const recorded = ['env', '-C', inside, 'sh', '-c', `exec "$@" >${OUTPUT}`, 'sh', ...argv];
    await hypervisor.exec(recorded, input === undefined ? {} : { input });
    const stdout = await readFile(join(place, OUTPUT), 'utf8');
    await rm(join(place, OUTPUT));
    const left = await readdir(place, { recursive: true, withFileTypes: true });
    const entries = left
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => {
        const path = join(parentPath, name);
        return [path.slice(place.length + 1), new Uint8Array(await readFile(path))] as const;
      });
    return { stdout, files: Object.fromEntries(await Promise.all(entries)) };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
