import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { runModule } from '../support/module.ts';
import { moveBySteps, STEPS } from './by-steps.ts';
import { type MoveHost, type MoveLab, startMoveLab } from './lab.ts';
import { MovePair } from './pair.ts';

// A guest that is off moves as files, whatever is killed meanwhile; and one that runs is on none where its host ends in the
// middle, until that is back.
const NAME = 'ended';
const [ANSIBLE = '2.14'] = ANSIBLES;

let lab: MoveLab;
let pair: MovePair;
let options: Record<string, unknown>;

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'en', releases: [12, 13] });
  pair = new MovePair(lab, NAME);
  options = await pair.make();
});
afterAll(() => lab?.remove());
beforeEach(() => pair.find());

/** Whether the module vm would start the guest on a host that has it. */
async function mayStart({ hypervisor }: MoveHost): Promise<boolean> {
  const vm = { ...options, state: 'running', hypervisor: 'hv1' };
  const { failed, changed } = await runModule(hypervisor, 'vm', vm, { check: true });
  return failed !== true && changed;
}

/** Expects that the guest runs nowhere, is defined somewhere, and can be started on one host at most. */
async function expectOff(at: string): Promise<void> {
  const states = await pair.states();
  expect([...new Set(states)].sort().join(), at).toMatch(/^,?shut off$/);
  const hosts = [pair.here, pair.there].filter((_, i) => states[i] !== '');
  const startable = await Promise.all(hosts.map(mayStart));
  expect(startable.filter(Boolean).length, at).toBeLessThan(2);
}

describe('a guest that is off, whose move is killed', { timeout: 900_000 }, () => {
  it.each(STEPS)(
    'in the step %s can be started on one host at most, and moves by the next run',
    async (step) => {
      expect(await pair.killsIn(step, { mode: 'cold' }, 'shut off', expectOff)).toBeGreaterThan(0);
    },
  );
});

describe('a guest whose host ends in the middle of a move', { timeout: 900_000 }, () => {
  it('is on none and made on no other host until that is back, and moves by the next run', async () => {
    await pair.here.sh(`virsh start ${NAME}; virsh autostart ${NAME}`);
    const { here, there } = pair;
    const ended = moveBySteps(here, there, NAME, { migration: { bandwidth: 1 } }).catch(() => undefined);
    await pair.waitForCopy();
    // As when its power fails: nothing is shut down.
    process.kill(here.hypervisor.pid, 'SIGKILL');
    await here.hypervisor.stop();
    await ended;
    const state = () => there.sh(`virsh -q domstate ${NAME} 2>/dev/null || true`);
    const { checksum_offload: _, ...declared } = options;
    await lab.declare(
      { [there.name]: { vms: [{ ...declared, migrate: 'live' }] } },
      { vm_images: { [`${NAME}.qcow2`]: {} } },
    );
    const run = await lab.play(ANSIBLE, 'vms', '--limit', there.name);
    expect(run.exitCode, run.output).not.toBe(0);
    expect(run.output.replace(/\s+/g, ' ')).toMatch(/confirm_dead|unfinished move|unreachable/);
    // What has come of it waits, and doesn't run.
    expect(await state()).toMatch(/^(paused)?$/);
    await here.hypervisor.reboot();
    await lab.connect(here);
    await here.sh(
      `for i in $(seq 300); do test "$(virsh domstate ${NAME})" = running && exit; sleep 0.1; done; exit 1`,
    );
    expect(await pair.runningOn()).toEqual([here.name]);
    const again = await lab.play(ANSIBLE, 'vms', '--limit', there.name);
    expect(again.exitCode, again.output).toBe(0);
    expect(await pair.states()).toEqual(['', 'running']);
  });
});
