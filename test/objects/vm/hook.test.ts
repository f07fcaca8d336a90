import { describe, expect, it } from 'vitest';
import type { State as DomainState } from '../../../modules/objects/domain/observe/state.ts';
import { seedFrom } from '../../../modules/objects/seed/desired.ts';
import type { State as SeedState } from '../../../modules/objects/seed/plan.ts';
import { hasHook } from '../../../modules/objects/vm/hook.ts';
import { seedsOf } from '../../../modules/objects/vm/parts.ts';
import { vmOf } from './given.ts';

/** The state of the seed of a VM. */
const stored = (given: Record<string, unknown>, isHooked: boolean) => {
  const [options] = seedsOf(vmOf(given), [], isHooked);
  return { seed: seedFrom(options as never) } as unknown as SeedState;
};
const ABSENT = { seed: undefined } as unknown as SeedState;
const defined = (exists: boolean) => ({ domain: exists ? {} : undefined }) as unknown as DomainState;

describe("cloud-init's hook for interfaces", () => {
  it('is in a guest that is made now, and in one that was made with it', () => {
    expect(hasHook(ABSENT, defined(false), 'web1')).toBe(true);
    expect(hasHook(stored({ name: 'web1' }, true), defined(true), 'web1')).toBe(true);
  });

  it('is not in a guest that was made without it, until it is another instance', () => {
    const former = stored({ name: 'web1', reconfigure: false }, true);
    expect(hasHook(former, defined(true), 'web1')).toBe(false);
    expect(hasHook(stored({ name: 'web1' }, false), defined(true), 'web1')).toBe(false);
    expect(hasHook(former, defined(true), 'web1-2')).toBe(true);
  });

  it('is promised of no guest whose seed is missing', () => {
    expect(hasHook(ABSENT, defined(true), 'web1')).toBe(false);
    expect(hasHook(new Error('x'), defined(true), 'web1')).toBe(false);
  });

  it('stays as it is: a second run finds what the first has written', () => {
    for (const isHooked of [true, false])
      expect(hasHook(stored({ name: 'web1' }, isHooked), defined(true), 'web1')).toBe(isHooked);
  });
});
