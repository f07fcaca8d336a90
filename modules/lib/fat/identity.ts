import { compareCodePoints, sizeOf, type VolumeFile } from '../volume.ts';
import { FatError } from './volume.ts';

/**
 * A label as an entry and the boot sector hold it: in capitals, filled with spaces. cloud-init looks for CIDATA as well
 * as for cidata (DataSourceNoCloud.py), fsck.fat and Windows know capitals only.
 * @returns 11 characters, ASCII
 * @throws FatError when it can't be a label
 */
export function fieldOfLabel(label: string): string {
  if (!/^[\x20-\x7e]{1,11}$/.test(label) || label !== label.trim() || /["*+,./:;<=>?[\\\]|]/.test(label)) {
    throw new FatError(
      `the label ${JSON.stringify(label)} isn't 1 to 11 characters of printable ASCII without "*+,./:;<=>?[\\]|`,
    );
  }
  return label.replace(/[a-z]+/g, (letters) => letters.toUpperCase()).padEnd(11);
}

/**
 * A volume's number: so that two seeds on one machine are told apart, and one seed is the same each time, it comes from
 * label, paths and sizes (FNV-1a, 32 bits).
 */
export function serialOf(label: string, files: readonly VolumeFile[]): number {
  const sorted = [...files].sort((a, b) => compareCodePoints(a.path, b.path));
  const told = [label, ...sorted.map(({ path, content }) => `${path}\0${sizeOf(content)}`)];
  let hash = 0x811c_9dc5;
  for (const text of told) {
    for (const byte of new TextEncoder().encode(`${text}\0`)) hash = Math.imul(hash ^ byte, 0x0100_0193);
  }
  return hash >>> 0;
}
