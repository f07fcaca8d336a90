import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** What a judge works with: `input` goes to its standard input, `files` lie in its working directory. */
export interface Evidence {
  readonly input?: string | Uint8Array;
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** What it answered: its output, and every file in its working directory when it was done. */
export interface Verdict {
  readonly stdout: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Asks a real program. All judges of this folder and of cloudinit's are run here and nowhere else.
 * @param argv the program and its arguments; file names are relative to its working directory, a new one each time
 * @throws when the program is missing or fails: a judge that isn't there has not agreed
 */
export async function judge(argv: readonly string[], { input, files = {} }: Evidence = {}): Promise<Verdict> {
  const [program = '', ...args] = argv;
  const cwd = await mkdtemp(join(tmpdir(), 'judge-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(cwd, name), content);
    const { stdout } = await execa(program, args, {
      cwd,
      env: { LC_ALL: 'C.UTF-8', PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
      stripFinalNewline: false,
      maxBuffer: 1 << 28,
      ...(input === undefined ? {} : { input }),
    });
    const left = await readdir(cwd, { recursive: true, withFileTypes: true });
    const entries = left
      .filter((entry) => entry.isFile())
      .map(async ({ name, parentPath }) => {
        const path = join(parentPath, name);
        return [path.slice(cwd.length + 1), new Uint8Array(await readFile(path))] as const;
      });
    return { stdout, files: Object.fromEntries(await Promise.all(entries)) };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
