import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { moveBySteps, STEPS, told } from './by-steps.ts';
import { type MoveLab, startMoveLab } from './lab.ts';
import { MovePair } from './pair.ts';

// A guest without a system, which starts at once, goes from one host to the other and back. Whatever ends in the middle, it runs
// on one of them, and on one only, and the next run ends the move.
const NAME = 'killed';

let lab: MoveLab;
let pair: MovePair;

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'kl', releases: [12, 13] });
  pair = new MovePair(lab, NAME);
  await pair.make();
  await pair.here.sh(`virsh start ${NAME}`);
});
afterAll(() => lab?.remove());
beforeEach(() => pair.find());

/** Expects that the guest runs on one host; or is suspended where it has come, as libvirt leaves it until it may run. */
async function expectOnOne(at: string): Promise<void> {
  if ((await pair.runningOn()).length !== 1) expect(await pair.states(), at).toEqual(['', 'paused']);
}

describe('a guest whose move is killed', { timeout: 900_000 }, () => {
  it('moves, and leaves nothing', () => pair.move());

  it.each(STEPS)('in the step %s is on one host, and moves by the next run', async (step) => {
    expect(await pair.killsIn(step, {}, 'running', expectOnOne)).toBeGreaterThan(0);
  });

  // The migration is slow, so that it can be ended in the middle.
  const SLOW = { bandwidth: 1 };
  const CULPRITS = [
    ['ssh', 'pkill -KILL -x ssh'],
    ['libvirtd of its host', 'kill -KILL $(cat /run/libvirtd.pid)'],
    ['libvirtd of the new host', 'kill -KILL $(cat /run/libvirtd.pid)'],
    ['QEMU of the new host', `kill -KILL $(cat /run/libvirt/qemu/${NAME}.pid)`],
  ] as const;

  it.each(CULPRITS)(
    'by the end of %s stays where it is, and moves by the next run',
    async (culprit, script) => {
      const { here, there } = pair;
      const at = culprit.endsWith('new host') ? there : here;
      const ended = moveBySteps(here, there, NAME, { migration: SLOW });
      await pair.waitForCopy();
      await at.sh(script);
      const outcome = await ended;
      expect(outcome.send, told(outcome)).toMatchObject({ failed: true });
      expect(await pair.runningOn()).toEqual([here.name]);
      await pair.move();
    },
  );
});
