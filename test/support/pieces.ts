import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Pieces, sizeOf } from '../../modules/lib/volume.ts';

/**
 * Writes an image where it takes little room: a piece that is a file on the host becomes a hole of its size.
 * @param mark what such a file ends with
 */
export async function putPieces(path: string, pieces: Pieces, mark = ''): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    let at = 0;
    for (const piece of pieces) {
      if (piece instanceof Uint8Array) await file.write(piece, 0, piece.length, at);
      else if (mark) await file.write(mark, at + piece.size - mark.length);
      at += sizeOf(piece);
    }
    await file.truncate(at);
  } finally {
    await file.close();
  }
}
