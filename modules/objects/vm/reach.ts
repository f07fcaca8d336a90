import type { Plan } from '../../lib/ansible/plan.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import type { Notice } from '../../lib/libvirt/live/plan/step.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import type { Updated } from '../domain/apply/update.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import type { Step as DomainStep } from '../domain/plan/step.ts';
import { seedFrom } from '../seed/desired.ts';
import type { SeedOptions } from '../seed/options.ts';
import type { SeedResult, State as SeedState, Step as SeedStep } from '../seed/plan.ts';
import { bootedWith, type Changes, insideOf } from './inside.ts';
import { seedPath } from './names.ts';
import { type Note, type Noted, noteOf } from './noted.ts';
import type { VmOptions } from './options.ts';

// How a VM's seed reaches its running guest: by changes of the domain, beside those of its definition.

/** What the plan of a running guest's domain has beside, and what is noted of the guest. */
export interface Reach {
  readonly notice: Notice;
  readonly atStart: readonly string[];
  /** What is noted before the seed is written, and after the guest has been changed. */
  readonly before: Note;
  readonly after: (updated: Updated) => Note;
  /** How the guest comes to apply the seed. */
  readonly why: readonly string[];
}

/** The states that tell what a running guest has of its seed. */
export interface Seen {
  readonly domain: DomainState | Error;
  readonly seeds: readonly (SeedState | Error)[];
  readonly noted: Noted | undefined;
}

/** The seed that the guest is to have, and its plan. */
export interface Planned {
  readonly options: SeedOptions | undefined;
  readonly plan: Plan<SeedStep, SeedResult> | undefined;
}

/** Whether a change of a running guest waits until the guest has noticed it. */
export const isWaiting = (step: DomainStep): boolean =>
  step.act === 'update' &&
  step.update.some(
    ({ step: one }) => one.act === 'reattach' || (one.act === 'attach' && one.drive !== undefined),
  );

/** A guest whose former seed can't be read: it is promised nothing. */
const UNKNOWN: Noted = { applied: new Map(), events: new Set(), isFormer: false };

/**
 * How the seed reaches the running guest. Pure.
 * @param macs the MAC address of each interface
 * @returns undefined where no guest runs, or it has all of its seed
 */
export function reachOf(
  vm: VmOptions,
  { domain, seeds: [seed], noted }: Seen,
  { options, plan }: Planned,
  macs: readonly string[],
): Reach | undefined {
  const isWritten = plan?.changes.some(({ step }) => step.act === 'write') ?? false;
  if (vm.state === 'absent' || !(isWritten || noted)) return undefined;
  if (domain instanceof Error || seed instanceof Error || !seed) return undefined;
  const guest = domain.domain?.live;
  if (!guest || !options) return undefined;
  const known = noted ?? (seed.seed && 'files' in seed.seed ? bootedWith(seed.seed.files) : UNKNOWN);
  const { files } = seedFrom(options, seed.sources);
  const inside = insideOf(vm, guest, known, files, macs, isWritten);
  const note = (has: Noted) => noteOf(guest, vm, has);
  return {
    ...inside,
    before: note(inside.before),
    after: (updated) => note(inside.after(changesOf(guest, seedPath(vm), updated))),
  };
}

/** What these changes have come to, for the guest's view of its seed. @param guest its live XML before them */
function changesOf(guest: Element, seed: string, { done, isBlind }: Updated): Changes {
  const attached = done.flatMap((step) => {
    const device =
      step.act === 'reattach' ? step.persistent : step.act === 'attach' ? step.device : undefined;
    return valueAt(device, 'mac/@address') ?? [];
  });
  const had = devicesOf(guest, 'disk').some((disk) => valueAt(disk, 'source/@file') === seed);
  // A drive that has had another medium gets this one by its definition.
  const isInserted = !had || done.some(({ act }) => act === 'reinsert');
  return { attached: new Set(attached), isInserted, isBlind };
}

/** The result of a seed, with how its guest applies it. */
export const withWhy = (result: SeedResult | undefined, reach: Reach | undefined): SeedResult | undefined =>
  result?.applied && reach && reach.why.length > 0
    ? { ...result, applied_why: reach.why.join('; ') }
    : result;
