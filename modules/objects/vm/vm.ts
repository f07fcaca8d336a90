import { type Ask, type ObjectKind, type Outcome, type Plan, withoutResult } from '../../lib/ansible/plan.ts';
import { asError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { inTurn } from '../../lib/host/turns.ts';
import type { Moving } from '../../lib/move/marker.ts';
import { disk } from '../disk/disk.ts';
import type { State as DiskState, Step as DiskStep } from '../disk/plan.ts';
import { outcomeOf, update } from '../domain/apply/update.ts';
import { domain } from '../domain/domain.ts';
import type { Step as DomainStep } from '../domain/plan/step.ts';
import { readOvnNetworks } from '../network/ovn-record.ts';
import { readNetworks } from '../network/record.ts';
import type { State as RootState } from '../root/observe.ts';
import type { Step as RootStep } from '../root/plan.ts';
import { root } from '../root/root.ts';
import type { State as SeedState, Step as SeedStep } from '../seed/plan.ts';
import { seed } from '../seed/seed.ts';
import { attach, type Known } from './attach.ts';
import { observeDataDisks, planDataDisks, type SeenDisk, takenOut } from './attached-disks.ts';
import {
  type AttachmentStep,
  type Attachments,
  applyAttachments,
  observeAttachments,
  observeStale,
  pendingAttachments,
  planAttachments,
} from './attachments.ts';
import { type ObservedDomain, observeDomains, withCpu } from './baseline.ts';
import { checkVm } from './check.ts';
import { rootsOf, withRoot } from './container.ts';
import { type Directory, observeDirectory, planDirectory } from './directory.ts';
import { hasHook } from './hook.ts';
import {
  applyIso,
  howToReach,
  type IsoStep,
  observeIso,
  planIso,
  planLeftIsos,
  type SeenIso,
} from './iso.ts';
import { applyKernel, type KernelStep, observeKernel, planKernel, type SeenKernel } from './kernel.ts';
import { type Other, observeOther, otherKindFailure } from './kinds.ts';
import { askOfMoving, leavingFailure, observeLeaving, observeMoving } from './moving.ts';
import { directoryOf } from './names.ts';
import { isOnLink } from './network.ts';
import { doubtsOf, type Note, type Noted, observeNoted, writeNote } from './noted.ts';
import type { VmOptions } from './options.ts';
import { diskPartsOf, disksOf, domainOf, seedsOf, uploadsOf } from './parts.ts';
import { planPart, stepsOf } from './planned.ts';
import { isPowerOnly, isSlow, planPower } from './power.ts';
import { isWaiting, type Reach, reachOf, withWhy } from './reach.ts';
import { errorOfVm } from './renamed.ts';
import { macsOf, resultOf, type VmResult } from './result.ts';
import { besideRoot, observeRoots, planRootPart } from './root-part.ts';
import { noneSelected, scopeOf } from './scope.ts';
import { isSurplus, isSurplusEntry, surplusVms } from './surplus.ts';
import { checkTogether } from './together.ts';
import { waitingBy } from './wait.ts';

// A VM is composed of other objects. This file combines them; their options come from `parts.ts`.

/** The states of a VM's parts; an error for one that could not be observed. */
export interface State extends ObservedDomain {
  readonly disks: readonly (DiskState | Error)[];
  readonly dataDisks: readonly SeenDisk[];
  readonly kernel: SeenKernel | undefined;
  readonly iso: SeenIso | undefined;
  readonly seeds: readonly (SeedState | Error)[];
  /** Of a container. */
  readonly root: RootState | Error | undefined;
  /** What the host has under this name that is of the other kind. */
  readonly other: Other;
  readonly directory: Directory;
  readonly moving: Moving | Error | undefined;
  readonly isLeaving: boolean;
  /** What is noted of the running guest: what it has applied of its seed. */
  readonly noted: Noted | undefined;
  /** The networks of the host, and what the VM has in them. */
  readonly known: Known;
  readonly attachments: Attachments;
  /** The packet filter's rules are not those of the networks. */
  readonly stale: boolean;
}

/** A step of one of the parts; `i` is the disk, or the seed. A note of the guest is written before a seed, and after a change of it. */
export type Step =
  | { readonly part: 'domain'; readonly step: DomainStep; readonly reach?: Reach | undefined }
  | { readonly part: 'disk'; readonly i: number; readonly step: DiskStep }
  | {
      readonly part: 'seed';
      readonly i: number;
      readonly step: SeedStep;
      readonly note?: Note | undefined;
      readonly isPromised?: boolean;
    }
  | { readonly part: 'root'; readonly step: RootStep }
  | { readonly part: 'kernel'; readonly step: KernelStep }
  | { readonly part: 'iso'; readonly step: IsoStep }
  | { readonly part: 'attachments'; readonly step: AttachmentStep }
  | { readonly part: 'directory' };

/** Observes the parts of all VMs in parallel, each kind of part for all VMs at once. */
async function observe(host: Host, items: readonly VmOptions[]): Promise<State[]> {
  // The guests of this task are compared with each other: what another one had may be free by now.
  const names = new Set(items.map(({ name }) => name));
  const absent = new Set(items.filter(({ state }) => state === 'absent').map(({ name }) => name));
  const [stored, ovn] = await Promise.all([readNetworks(host, [], 'all'), readOvnNetworks(host)]);
  const known = new Map(
    [...stored, ...ovn].map(([name, one]) => [
      name,
      { ...one, guests: one.guests.filter((guest) => !names.has(guest.name)) },
    ]),
  );
  const attached = items.map((vm) => attachedOrPlain(vm, known));
  // The domain of a container has the users of its root.
  const roots = await observeRoots(host, attached);
  const vms = attached.map((vm, i) => withRoot(vm, roots[i]));
  const [domains, disks, seeds, directories, moves, leaving, attachments, stale, others] = await Promise.all([
    observeDomains(host, vms),
    disk.observe(host, vms.flatMap(disksOf)),
    seed.observe(
      host,
      vms.flatMap((vm) => seedsOf(vm)),
    ),
    Promise.all(vms.map((vm) => observeDirectory(host, vm))),
    Promise.all(vms.map((vm) => observeMoving(host, vm).catch(asError))),
    Promise.all(vms.map((vm) => observeLeaving(host, vm))),
    observeAttachments(host, vms, known),
    observeStale(host, vms, stored),
    Promise.all(vms.map((vm) => observeOther(host, vm))),
  ]);
  const found = domains.map(({ domain: seen }) => (seen instanceof Error ? undefined : seen.domain));
  const [notes, dataDisks] = await Promise.all([
    Promise.all(vms.map((vm, i) => observeNoted(host, found[i]?.live, vm))),
    Promise.all(vms.map((vm, i) => observeDataDisks(host, vm, found[i]?.definition, absent))),
  ]);
  const [disksLeft, seedsLeft] = [[...disks], [...seeds]];
  const disksOfVms = vms.map((vm) => disksLeft.splice(0, disksOf(vm).length));
  const isos = await Promise.all(vms.map((vm) => observeIso(host, vm)));
  const kernels = await Promise.all(vms.map((vm, i) => observeKernel(host, vm, disksOfVms[i]?.[0])));
  return vms.map((vm, i) => ({
    ...(domains[i] ?? { domain: new Error('no domain'), cpu: undefined }),
    disks: disksOfVms[i] ?? [],
    dataDisks: dataDisks[i] ?? [],
    kernel: kernels[i],
    iso: isos[i],
    seeds: seedsLeft.splice(0, seedsOf(vm).length),
    root: roots[i],
    other: others[i],
    directory: directories[i],
    moving: moves[i],
    isLeaving: leaving[i] ?? false,
    noted: notes[i],
    known,
    attachments: attachments[i] ?? new Map(),
    stale,
  }));
}

/**
 * Plans the parts of a VM: the domain first, since the seed contains its MAC addresses. The changes are made in the order
 * disk, seed, domain, and removals in the reverse order. Pure.
 */
function plan(item: VmOptions, state: State): Plan<Step, VmResult> {
  if (state.moving instanceof Error) throw state.moving;
  if (state.isLeaving) throw leavingFailure(item);
  if (state.moving) return { changes: [], ask: askOfMoving(item, state.moving) };
  const isMade = item.state !== 'absent' && definitionIn(state) === undefined;
  if (state.other === 'guest' || (state.other === 'root' && isMade))
    throw otherKindFailure(item, state.other);
  const { vm: attached, missing } = attach(withCpu(item, state.cpu), state.known);
  const vm = withRoot(attached, state.root);
  const first = planPart(vm, 'domain', state.domain, (seen) =>
    isPowerOnly(vm) ? planPower(vm, domainOf(vm), seen) : domain.plan(domainOf(vm), seen),
  );
  const macs = macsOf(vm, first.result);
  const isHooked = hasHook(state.seeds[0], state.domain, vm.instance_id ?? vm.name);
  const seeds = seedsOf(vm, macs, isHooked);
  const ofSeeds = seeds.map((options, i) =>
    planPart(vm, 'seed', state.seeds[i], (seen) =>
      seed.plan(options, { ...seen, events: state.noted?.events }),
    ),
  );
  const reach = reachOf(vm, state, { options: seeds[0], plan: ofSeeds[0] }, macs);
  const ofRoot = planRootPart(vm, state.root, macs);
  const ofDomain =
    reach || ofRoot
      ? planPart(vm, 'domain', state.domain, (seen) =>
          domain.plan(domainOf(vm), { ...besideRoot(vm, seen, ofRoot), ...reach }),
        )
      : first;
  const ofData = planDataDisks(vm, state.dataDisks);
  const ofDisks = diskPartsOf(vm).map(({ at, options }, i) =>
    planPart(vm, 'disk', state.disks[i], (seen) => disk.plan(options, forOthers(vm, seen)), at),
  );
  const ofDirectory = planDirectory(vm, state.directory);
  const ofKernel = planKernel(vm, state.kernel, state.directory);
  const ofIso = planIso(vm, state.iso, state.directory);
  const files = [
    ...stepsOf(ofIso, (step): Step => ({ part: 'iso', step })),
    ...stepsOf(ofKernel, (step): Step => ({ part: 'kernel', step })),
    ...(ofRoot ? stepsOf(ofRoot.plan, (step): Step => ({ part: 'root', step })) : []),
    ...ofDisks.flatMap((one, i) => stepsOf(one, (step): Step => ({ part: 'disk', i, step }))),
    ...ofSeeds.flatMap((one, i) =>
      stepsOf(
        one,
        (step): Step => ({
          part: 'seed',
          i,
          step,
          note: step.act === 'write' ? reach?.before : undefined,
          isPromised: reach !== undefined && reach.why.length > 0,
        }),
      ),
    ),
  ];
  const domains = stepsOf(
    ofDomain,
    (step): Step => ({ part: 'domain', step, reach: step.act === 'update' ? reach : undefined }),
  );
  const { attachments, known, stale } = state;
  const ofNetworks = planAttachments(vm, attachments, known, macs, stale).map((change) => ({
    ...change,
    step: { part: 'attachments', step: change.step } as const,
  }));
  const leftIsos = stepsOf({ changes: planLeftIsos(vm, state.iso) }, (step): Step => ({ part: 'iso', step }));
  const isNew =
    definitionIn(state) === undefined &&
    domains.some(({ step }) => step.part === 'domain' && step.step.act === 'define');
  const isRunning = vm.state !== 'absent' && ofDomain.result?.domain?.state === 'running';
  const last = stepsOf(ofDirectory, (): Step => ({ part: 'directory' }));
  const uploads = ofDisks[0]?.changes.some(({ step }) => step.act === 'create') ? uploadsOf(vm) : {};
  const roots = ofRoot ? [ofRoot.plan] : [];
  const parts = [...ofDisks, ofData, ofIso, ofKernel, ...ofSeeds, ...roots, ofDomain, ofDirectory];
  return {
    changes:
      vm.state === 'absent'
        ? [...domains, ...files, ...ofNetworks, ...last]
        : [...files, ...ofNetworks, ...domains, ...leftIsos],
    warnings: [
      ...(state.root instanceof Error ? [state.root.message] : []),
      ...(isRunning ? pendingAttachments(vm, attachments, known, macs) : []),
      ...(isNew ? howToReach(vm) : []),
      ...takenOut(vm, definitionIn(state), ofDomain.result?.domain),
      ...parts
        .flatMap(({ warnings = [] }) => warnings)
        .filter((warning) => !isOnLink(vm.interfaces, warning)),
    ],
    // The archive of a disk is missing until it is copied.
    missing: [
      ...missing,
      ...(Object.keys(uploads).length > 0 ? [] : parts.flatMap((part) => part.missing ?? [])),
    ],
    uploads,
    ...askOf(vm, isNew || (isSurplus(vm) && domains.length > 0)),
    result: resultOf(vm, state.known, macs, {
      domain: ofDomain.result,
      root: ofRoot?.plan.result,
      disk: ofDisks[0]?.result,
      disks: ofDisks.map((one) => one.result),
      seed: withWhy(ofSeeds[0]?.result, reach),
      files: [...files, ...last].map(({ title }) => title),
      after: leftIsos.map(({ title }) => title),
    }),
  };
}

/** What is asked of a VM that is made, which another hypervisor may have, or removed, which another one may declare. */
const askOf = (vm: VmOptions, isAsked: boolean): { ask?: Ask } =>
  isAsked ? { ask: { question: { name: vm.name, ...(isSurplus(vm) ? { surplus: true } : {}) } } } : {};

const definitionIn = ({ domain }: State) => (domain instanceof Error ? undefined : domain.domain?.definition);

// Errors are reported when the plan is made.
function attachedOrPlain(vm: VmOptions, known: Known): VmOptions {
  try {
    return attach(vm, known).vm;
  } catch {
    return vm;
  }
}

// The VM's domain is undefined before the disk is removed, so it does not use the disk then.
const forOthers = ({ name }: VmOptions, state: DiskState): DiskState =>
  state.disk?.guests
    ? { ...state, disk: { ...state.disk, guests: state.disk.guests.filter((guest) => guest !== name) } }
    : state;

async function apply(host: Host, step: Step, item: VmOptions): Promise<Outcome<VmResult> | undefined> {
  if (step.part === 'attachments') {
    // VMs of one network share the server of its names.
    await inTurn(host, () => applyAttachments(host, step.step));
    return undefined;
  }
  const vm = item.networks.length > 0 ? attachedOrPlain(item, await networksOf(host)) : item;
  if (step.part === 'iso') return applyIso(host, step.step, vm);
  if (step.part === 'kernel') {
    await applyKernel(host, step.step, vm);
    return undefined;
  }
  if (step.part === 'directory') {
    await host.removeDirectory(directoryOf(vm));
    return undefined;
  }
  try {
    if (step.part === 'root') return withoutResult(await root.apply(host, step.step, at(rootsOf(vm), 0)));
    if (step.part === 'disk')
      return withoutResult(await disk.apply(host, step.step, at(disksOf(vm), step.i)));
    if (step.part === 'domain') return await applyToDomain(host, vm, step);
    if (step.note) await writeNote(host, vm, step.note);
    const warnings = step.note && step.isPromised ? await doubtsOf(host, vm, step.note) : [];
    await seed.apply(host, step.step, at(seedsOf(vm), step.i));
    return { warnings };
  } catch (error) {
    const at = step.part === 'disk' ? diskPartsOf(vm)[step.i]?.at : undefined;
    throw errorOfVm(vm, step.part, asError(error), at);
  }
}

/** The networks of both engines, without their guests. */
const networksOf = async (host: Host): Promise<Known> =>
  new Map([...(await readNetworks(host)), ...(await readOvnNetworks(host))]);

async function applyToDomain(
  host: Host,
  vm: VmOptions,
  { step, reach }: Extract<Step, { part: 'domain' }>,
): Promise<Outcome<VmResult> | undefined> {
  if (!reach || step.act !== 'update') return domain.apply(host, step, domainOf(vm));
  const updated = await update(host, domainOf(vm), step.update);
  // libvirt has dropped the note of a guest that was restarted.
  if (!updated.isRestarted) await writeNote(host, vm, reach.after(updated));
  return outcomeOf(updated);
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new Error(`part ${i} not found`);
  return found;
}

/** A guest: its disk, its seed and its domain, or its root and its domain. */
export const vm: ObjectKind<VmOptions, State, Step, VmResult> = {
  key: (vm) => (isSurplusEntry(vm) ? `surplus of ${vm.name}` : vm.name),
  scope: scopeOf,
  noneIncluded: noneSelected,
  check: checkVm,
  checkAll: checkTogether,
  standIns: surplusVms,
  observe,
  secrets: (vm, state) =>
    domain.secrets?.(domainOf(vm), state?.domain instanceof Error ? undefined : state?.domain) ?? [],
  plan,
  weight: (step) => {
    if (step.part === 'domain')
      return isWaiting(step.step) || isSlow(step.step) ? Number.POSITIVE_INFINITY : 0;
    if (step.part === 'root') return root.weight?.(step.step) ?? 0;
    if (step.part === 'iso') return step.step.act === 'fetch' ? Number.POSITIVE_INFINITY : 0;
    return step.part === 'disk' ? (disk.weight?.(step.step) ?? 0) : 0;
  },
  independent: (step, vm) => {
    if (step.part === 'disk') return disk.independent?.(step.step, at(disksOf(vm), step.i)) ?? false;
    if (step.part === 'root') return root.independent?.(step.step, at(rootsOf(vm), 0)) ?? false;
    if (step.part === 'seed') return step.step.act === 'write' && step.note === undefined;
    if (step.part === 'domain')
      return (
        step.step.act === 'define' || step.step.act === 'autostart' || (isPowerOnly(vm) && isSlow(step.step))
      );
    return step.part === 'attachments';
  },
  apply,
  serial: ({ serial }) => serial,
  waiting: waitingBy(async (host, items) => {
    const known = await networksOf(host);
    return items.map((vm) => attachedOrPlain(vm, known));
  }),
};
