import { join } from 'node:path';
import { withWorkDirectory } from '../../lib/disk/work-directory.ts';
import { asError, Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import SCRIPT from './build-image.sh';
import { type Recipe, sizeOf } from './recipe.ts';

/** Milliseconds without output after which a build fails. The slow download of a large package has no output. */
const SILENCE = 3_600_000;

// In namespaces of its own, so that no process or mount is left when it ends: debootstrap mounts /proc in the image.
const UNSHARED = ['--fork', '--kill-child', '--pid', '--mount'];

/**
 * Builds an image by debootstrap.
 * @param path the file to make. It appears when it is complete
 * @param name the image's name, for messages
 */
export async function buildImage(host: Host, path: string, name: string, recipe: Recipe): Promise<void> {
  await withWorkDirectory(host, path, async (work) => {
    const size = recipe.size === undefined ? '-' : String(sizeOf(recipe));
    const args = [work, recipe.suite, size, ...recipe.packages];
    const what = `build ${name} by debootstrap`;
    const heard = eachLine((line) =>
      host.report({ what: `${what}: ${line.replace(/^I: /, '')}`, done: undefined, total: undefined }),
    );
    try {
      const program = [...UNSHARED, 'sh', '-c', SCRIPT, 'build-image.sh', ...args];
      await host.watch('unshare', program, { what, silence: SILENCE, heard });
    } catch (error) {
      // The error is that of the script, not of unshare.
      throw new Failure(asError(error).message.replace(': unshare: ', ': '));
    }
    await host.publish(join(work, recipe.size === undefined ? 'root.tar' : 'disk.qcow2'), path);
  });
}

/** Splits a text that comes in pieces into lines. */
function eachLine(take: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) take(line.trim());
  };
}
