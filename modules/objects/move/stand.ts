import { Failure } from '../../lib/failure.ts';
import { isOn } from '../../lib/libvirt/read.ts';
import type { HereDomain } from './arrival.ts';
import type { Description } from './description.ts';

/**
 * How far a move is, from what both hosts have:
 * - `new`: the guest is on the old host alone. What an earlier attempt has left here is removed.
 * - `leftover`: this host has a domain that never ran, of an attempt that has failed: it is removed, too.
 * - `arrived`: the guest is here; the old host may have a domain that doesn't run any more.
 */
export type Stand = 'new' | 'leftover' | 'arrived';

/** Whether a guest in such a state executes anything. */
const runs = (state: string) => isOn(state) && state !== 'paused';

/**
 * Judges how far a move is. Pure.
 * @param guest what the old host has
 * @param here the domain of this name on this host
 * @param isMarked whether a move has begun here
 * @param isNoted whether this host has noted what comes, which it forgets when the move is complete
 * @throws Failure where a domain has nothing to do with the move, or nobody can say which of two guests is the right one
 */
export function standOf(
  { name, uuid, state: former }: Pick<Description, 'name' | 'uuid' | 'state'>,
  here: HereDomain | undefined,
  isMarked: boolean,
  isNoted: boolean,
): Stand {
  if (!here) {
    if (former === 'absent')
      throw new Failure(
        `neither host has the guest '${name}' any more: its move was not completed, see what is left of its disks`,
      );
    return 'new';
  }
  if (here.uuid !== uuid)
    throw new Failure(`this host has a domain '${name}' of its own (${here.uuid}): remove or rename it`);
  // The run before was killed when it had removed the mark, which is the last but for what is noted.
  if (former === 'absent' && isNoted) return 'arrived';
  if (!isMarked)
    throw new Failure(
      `both hosts have the guest '${name}', and nothing says that it is being moved: remove one of them`,
    );
  if (former === 'absent') return 'arrived';
  if (runs(former) && runs(here.state))
    throw new Failure(`the guest '${name}' runs on both hosts: stop one of them at once`);
  // It runs here only when the old host has given it up.
  if (runs(here.state)) return 'arrived';
  // A cold one defines it here when all of it is here.
  if (here.persistent && !isOn(here.state) && !isOn(former)) return 'arrived';
  return 'leftover';
}
