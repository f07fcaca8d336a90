import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../../lab/hypervisor.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { runModule } from '../../support/module.ts';

const HOME = '/var/lib/libvirt/detached-test';
const RUN = '/run/piecewise-cloud';
const TASK = { source: `${HOME}/source`, dest: `${HOME}/dest`, _ansible_piecewise_follow: true };

let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script], { timeout: 60 })).stdout;

/** A file system that is full, at a place where runs say what came of them. */
const full = (place: string) =>
  sh(
    `mkdir -p ${place}; mount -t tmpfs -o size=256k full ${place}; cat /dev/zero >${place}/all 2>/dev/null || true`,
  );

/** Runs the task where temporary files go there. */
const task = (tmp: string): Promise<Result> =>
  runModule(
    {
      exec: ([program = '', ...args], options) =>
        hypervisor.exec(['env', `TMPDIR=${tmp}`, program, ...args], options),
    },
    'disk_image',
    TASK,
  );

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  // Work that is long by its size, and done at once, since there is nothing in it.
  await sh(`mkdir -p ${HOME}/tmp; truncate -s 300M ${HOME}/source`);
  await full(RUN);
});
afterAll(() => sh(`umount ${RUN}; umount ${HOME}/full; rm -rf ${HOME}`));

describe('long work where /run is full', () => {
  it('leaves its result where there is room', async () => {
    const { piecewise_detached: left } = await task(`${HOME}/tmp`);
    const { directory } = left as { directory: string };
    const result = await sh(
      `for i in $(seq 100); do [ -e ${directory}/result ] && break; sleep 0.1; done; cat ${directory}/result`,
    );
    expect(JSON.parse(result)).toMatchObject({ changed: true, dest: TASK.dest });
    expect(await sh(`ls -A ${RUN} ${HOME}/tmp/*`)).not.toContain('room');
    expect(await sh(`ls -A ${RUN}`)).toBe('all');
    await sh(`rm -rf ${directory} ${TASK.dest}`);
  });

  it('is not begun where there is none, and that is said', async () => {
    await full(`${HOME}/full`);
    expect(await task(`${HOME}/full`)).toEqual({
      changed: false,
      failed: true,
      msg: `there is no room for the result of the work: ${[RUN, `${HOME}/full`]
        .map((place) => `${place}: No space left on device: free some space on its file system`)
        .join('; ')}`,
    });
    expect(await sh(`ls -A ${HOME} ${RUN} ${HOME}/full`)).not.toMatch(/run-|dest/);
  });
});
