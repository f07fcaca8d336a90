import { isMapping } from '../../lib/ansible/coerce.ts';
import { type Host, readText } from '../../lib/host/host.ts';

// A mark in the directory of a VM that a move has not completed yet. A disk in it may lack content, so the VM isn't started.

/** The name of the file. */
export const MARKER = '.moving';

/** An unfinished move. */
export interface Moving {
  /** The host that the VM comes from. */
  readonly from: string;
  readonly uuid: string;
}

export const movingText = ({ from, uuid }: Moving): string => `${JSON.stringify({ from, uuid })}\n`;

/** Reads the mark in a directory; undefined if there is none. One that can't be read is a move from an unknown host. */
export async function readMoving(host: Host, directory: string): Promise<Moving | undefined> {
  const text = await readText(host, `${directory}/${MARKER}`);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isMapping(value) && typeof value.from === 'string' && typeof value.uuid === 'string')
      return { from: value.from, uuid: value.uuid };
  } catch {
    // As below.
  }
  return { from: '', uuid: '' };
}
