import { createHash } from 'node:crypto';
import { createWriteStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { GALAXY } from './collection.ts';

interface Entry {
  readonly name: string;
  readonly directory: boolean;
}

function entriesBelow(root: string, below = ''): Entry[] {
  return readdirSync(join(root, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((found) => {
      const name = below ? `${below}/${found.name}` : found.name;
      return found.isDirectory()
        ? [{ name, directory: true }, ...entriesBelow(root, name)]
        : [{ name, directory: false }];
    });
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const json = (value: unknown) => `${JSON.stringify(value, undefined, 1)}\n`;

// FILES.json and MANIFEST.json as `ansible-galaxy collection build` writes them (format 1).
function filesJson(root: string, entries: readonly Entry[]): string {
  const directory = (name: string) => ({
    name,
    ftype: 'dir',
    chksum_type: null,
    chksum_sha256: null,
    format: 1,
  });
  const files = entries.map(({ name, directory: is }) =>
    is
      ? directory(name)
      : {
          name,
          ftype: 'file',
          chksum_type: 'sha256',
          chksum_sha256: sha256(readFileSync(join(root, name))),
          format: 1,
        },
  );
  return json({ files: [directory('.'), ...files], format: 1 });
}

function manifestJson(files: string): string {
  const file = {
    name: 'FILES.json',
    ftype: 'file',
    chksum_type: 'sha256',
    chksum_sha256: sha256(files),
    format: 1,
  };
  return json({ collection_info: { ...GALAXY, license_file: null }, file_manifest_file: file, format: 1 });
}

/**
 * Packs a collection for `ansible-galaxy collection install`. The same content gives the same bytes: entries
 * are sorted, and carry no time, no owner, and one of two modes.
 */
export async function packTarball(collection: string, target: string): Promise<void> {
  const entries = entriesBelow(collection).filter(({ name }) => name !== 'galaxy.yml');
  const files = filesJson(collection, entries);
  const tar = pack();
  const same = { mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
  tar.entry({ name: 'MANIFEST.json', mode: 0o644, ...same }, manifestJson(files));
  tar.entry({ name: 'FILES.json', mode: 0o644, ...same }, files);
  for (const { name, directory } of entries) {
    if (directory) tar.entry({ name, type: 'directory', mode: 0o755, ...same });
    else {
      const path = join(collection, name);
      const mode = statSync(path).mode & 0o100 ? 0o755 : 0o644;
      tar.entry({ name, mode, ...same }, readFileSync(path));
    }
  }
  tar.finalize();
  await pipeline(tar, createGzip({ level: 9 }), createWriteStream(target));
}
