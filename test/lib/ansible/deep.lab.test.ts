import { beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../../lab/hypervisor.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { moduleText, runModule } from '../../support/module.ts';
import { expectUnchanged } from '../../support/unchanged.ts';

let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

/** The text of a JSON value that is nested so deep. */
const nested = (depth: number, [open, close]: readonly [string, string]) =>
  `${open.repeat(depth)}1${close.repeat(depth)}`;

const LISTS = ['[', ']'] as const;
const MAPPINGS = ['{"a":', '}'] as const;

describe('arguments that are nested deep', () => {
  // Put in as text, since what makes JSON of a value is no better at this than what reads it.
  it.each([
    ['cloudinit_iso', 'user_data', 4000, LISTS],
    ['cloudinit_iso', 'user_data', 1000, MAPPINGS],
    ['ovs_topology', 'bridges', 4000, MAPPINGS],
    ['libvirt_domain', 'memory', 20_000, LISTS],
    ['vm', 'vms', 4000, LISTS],
  ] as const)('are an error of %s that names the option %s: %i levels', async (name, option, depth, kind) => {
    const text = await moduleText(name, { dest: '/srv/deep.iso', [option]: '@deep@' });
    const input = text.replace('"@deep@"', () => nested(depth, kind));
    const { stdout } = await hypervisor.exec(['/usr/bin/node', '-'], { input, check: false });
    expect(JSON.parse(stdout)).toEqual({
      changed: false,
      failed: true,
      msg: `option '${option}': it is nested more than 100 levels deep: give it with fewer`,
    });
  });

  it('are accepted up to a sensible depth, with the end of a comment in them', async () => {
    const user_data = { a: JSON.parse(nested(90, MAPPINGS)), b: '*/5 // [x] {y}\n}\u2028`$' };
    const task = { dest: '/srv/deep.iso', validate: false, user_data };
    expect(await runModule(hypervisor, 'cloudinit_iso', task)).toMatchObject({ changed: true });
    expectUnchanged(await runModule(hypervisor, 'cloudinit_iso', task));
    await hypervisor.exec(['rm', '/srv/deep.iso']);
  });
});
