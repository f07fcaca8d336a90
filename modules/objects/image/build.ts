import { join } from 'node:path';
import { withWorkDirectory } from '../../lib/disk/work-directory.ts';
import { asError, Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import SCRIPT from './build-image.sh';
import { type Recipe, sizeOf } from './recipe.ts';

/** Milliseconds in which a build may say nothing: a large package that comes slowly says nothing meanwhile. */
const SILENCE = 3_600_000;

// With its own processes and mounts, of which none is left when it ends, however it does: debootstrap mounts /proc in what
// it makes.
const ALONE = ['--fork', '--kill-child', '--pid', '--mount'];

/**
 * Builds an image by debootstrap.
 * @param path the file to be made, which appears when it is complete
 * @param name what the image is called, for people
 */
export async function buildImage(host: Host, path: string, name: string, recipe: Recipe): Promise<void> {
  await withWorkDirectory(host, path, async (work) => {
    const args = [work, recipe.suite, String(sizeOf(recipe)), ...recipe.packages];
    const what = `build ${name} by debootstrap`;
    const heard = eachLine((line) =>
      host.report({ what: `${what}: ${line.replace(/^I: /, '')}`, done: undefined, total: undefined }),
    );
    try {
      const program = [...ALONE, 'sh', '-c', SCRIPT, 'build-image.sh', ...args];
      await host.watch('unshare', program, { what, silence: SILENCE, heard });
    } catch (error) {
      // What failed is what it ran.
      throw new Failure(asError(error).message.replace(': unshare: ', ': '));
    }
    await host.publish(join(work, 'disk.qcow2'), path);
  });
}

/** Takes a text in pieces, and hands out its lines. */
function eachLine(take: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) take(line.trim());
  };
}
