import { join } from 'node:path';
import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';
import type { Bytes } from '../../volume.ts';
import { withProgress } from '../progress.ts';
import type { Member } from './members.ts';

/**
 * Extracts a tar archive. tar itself refuses names and links that lead out of the directory (GNU tar's manual, "Security
 * rules of thumb").
 * @param directory a new one
 * @param name the archive's name, for messages
 * @returns its regular files only
 */
export async function extractTar(
  host: Host,
  content: Bytes,
  directory: string,
  name: string,
): Promise<Member[]> {
  const args = ['--extract', '--sparse', '--no-same-owner', '--no-same-permissions', '--file=-'];
  try {
    for await (const _ of host.pipeThrough('tar', args, content, { what: name, cwd: directory }));
  } catch (error) {
    // When the disk is full, tar reports only how much it wrote.
    const full = error instanceof Failure && /Wrote only/.test(error.message);
    throw full
      ? new Failure(`${directory}: No space left on device: free some space on its file system`)
      : error;
  }
  const { stdout } = await host.run('find', [directory, '-type', 'f', '-print0']);
  const paths = stdout.split('\0').filter(Boolean);
  return paths.map((path) => ({ name: path.slice(directory.length + 1), path }));
}

/** Extracts a zip archive. The files are numbered, since names in it may lead out of the directory. See extractTar. */
export async function extractZip(host: Host, path: string, directory: string): Promise<Member[]> {
  const files: Member[] = [];
  for await (const { name, size, content } of host.zipEntries(path)) {
    const file = { name, path: join(directory, String(files.length)) };
    await host.writeSparse(file.path, withProgress(host, content, `unpack ${name}`, size));
    files.push(file);
  }
  return files;
}
