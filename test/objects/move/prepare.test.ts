import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { markerText } from '../../../modules/lib/move/marker.ts';
import { removeMade } from '../../../modules/objects/move/prepare.ts';
import { GUEST } from './sample.ts';

const MARK = '/var/lib/libvirt/images/web1/.moving';

/** What is removed of a directory whose mark says this. */
async function removed(mark: string | undefined): Promise<string[]> {
  const paths: string[] = [];
  const remove = async (path: string) => {
    paths.push(path);
  };
  const read = async (path: string) =>
    path === MARK && mark !== undefined ? new TextEncoder().encode(mark) : undefined;
  await removeMade({ read, remove, removeDirectory: remove } as unknown as Host, GUEST);
  return paths;
}

describe('what a move has made', () => {
  const mark = { from: 'hv1', uuid: GUEST.uuid, arrived: false };
  it('is removed where the mark says that it is of this move', async () => {
    expect(await removed(markerText(mark))).toEqual(
      expect.arrayContaining([...GUEST.disks.map(({ path }) => path), MARK, '/var/lib/libvirt/images/web1']),
    );
  });
  it("is kept where the mark is another guest's, or there is none", async () => {
    expect(await removed(markerText({ ...mark, uuid: '1b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51' }))).toEqual([]);
    expect(await removed(undefined)).toEqual([]);
  });
});
