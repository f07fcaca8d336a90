import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { trackedFiles } from '../../build/tracked.ts';

/** Copies the files that git tracks or would track, as an archive of the source has them. */
export function copyCheckout(target: string): void {
  for (const file of trackedFiles()) cpSync(join(ROOT, file), join(target, file));
}
