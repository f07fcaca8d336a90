import { instanceIdOf } from '../../lib/cloudinit/diff.ts';
import { saysHotplug } from '../../lib/cloudinit/updates.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import type { State as SeedState } from '../seed/plan.ts';

/**
 * Whether a guest has cloud-init's hook for interfaces that come and go, or will have it. It is made when an instance boots for the
 * first time, by what its seed says then: so a guest that was made without it never has it, until its instance-id changes. Pure.
 * @param id the instance-id that the seed will have
 */
export function hasHook(
  seed: SeedState | Error | undefined,
  domain: DomainState | Error,
  id: string | undefined,
): boolean {
  const former = seed === undefined || seed instanceof Error ? undefined : seed.seed;
  if (former && 'files' in former) return saysHotplug(former.files) || instanceIdOf(former.files) !== id;
  // Of a domain without a seed it is unknown what its guest has booted with.
  return domain instanceof Error || domain.domain === undefined;
}
