import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundled, modulePath } from './bundle.ts';

// The mark by which Node finds the blob in its own file (Node.js documentation, "Single executable applications").
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const POSTJECT = createRequire(import.meta.url).resolve('postject/dist/cli.js');

// Its stderr is in the error when it fails; its warnings about notes in Node are harmless.
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });

/** One module as an ELF that needs no Node on the host: this Node with the bundle in it. */
export async function binaryModule(name: string, collection: string): Promise<readonly string[]> {
  const work = mkdtempSync(join(tmpdir(), 'piecewise-binary-'));
  try {
    const main = join(work, 'main.cjs');
    const output = join(work, 'main.blob');
    const config = join(work, 'sea.json');
    const { text, inputs } = await bundled(name, 'binary');
    writeFileSync(main, text);
    writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
    node('--experimental-sea-config', config);
    const target = modulePath(collection, name, '');
    copyFileSync(process.execPath, target);
    chmodSync(target, 0o755);
    node(POSTJECT, target, 'NODE_SEA_BLOB', output, '--sentinel-fuse', FUSE);
    return inputs;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The licence of Node itself, which each binary contains. @throws Error where this Node came without it */
export function nodeLicence(): string {
  const path = [join(dirname(process.execPath), '..', 'LICENSE'), '/usr/share/doc/nodejs/LICENSE'].find(
    existsSync,
  );
  if (!path)
    throw new Error(
      `${process.execPath} has no LICENSE beside it: build with Node.js as nodejs.org or Debian ship it`,
    );
  return `\n${'-'.repeat(80)}\n\nNode.js ${process.versions.node}\n\n${readFileSync(path, 'utf8')}`;
}
