import type { ObjectKind, Outcome, Plan } from '../../lib/ansible/plan.ts';
import { asError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { disk } from '../disk/disk.ts';
import type { State as DiskState, Step as DiskStep } from '../disk/plan.ts';
import { domain } from '../domain/domain.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import type { Step as DomainStep } from '../domain/plan/step.ts';
import { readNetworks } from '../network/record.ts';
import type { State as SeedState, Step as SeedStep } from '../seed/plan.ts';
import { seed } from '../seed/seed.ts';
import { attach, type Known } from './attach.ts';
import {
  type AttachmentStep,
  type Attachments,
  applyAttachments,
  observeAttachments,
  observeStale,
  pendingAttachments,
  planAttachments,
} from './attachments.ts';
import { checkVm } from './check.ts';
import { type Directory, observeDirectory, planDirectory } from './directory.ts';
import { directoryOf } from './names.ts';
import { isOnLink } from './network.ts';
import type { VmOptions } from './options.ts';
import { disksOf, domainOf, seedsOf, uploadsOf } from './parts.ts';
import { planPart, stepsOf } from './planned.ts';
import { errorOfVm } from './renamed.ts';
import { macsOf, resultOf, type VmResult } from './result.ts';
import { noneSelected, scopeOf } from './scope.ts';
import { checkTogether } from './together.ts';

// A VM is composed of other objects. This file combines them; their options come from `parts.ts`.

/** The states of a VM's parts; an error for one that could not be observed. */
export interface State {
  readonly domain: DomainState | Error;
  readonly disks: readonly (DiskState | Error)[];
  readonly seeds: readonly (SeedState | Error)[];
  readonly directory: Directory;
  /** The networks of the host, and what the VM has in them. */
  readonly known: Known;
  readonly attachments: Attachments;
  /** The packet filter's rules are not those of the networks. */
  readonly stale: boolean;
}

/** A step of one of the parts; `i` is the disk, or the seed. */
export type Step =
  | { readonly part: 'domain'; readonly step: DomainStep }
  | { readonly part: 'disk'; readonly i: number; readonly step: DiskStep }
  | { readonly part: 'seed'; readonly i: number; readonly step: SeedStep }
  | { readonly part: 'attachments'; readonly step: AttachmentStep }
  | { readonly part: 'directory' };

/** Observes the parts of all VMs in parallel, each kind of part for all VMs at once. */
async function observe(host: Host, items: readonly VmOptions[]): Promise<State[]> {
  // The guests of this task are compared with each other: what another one had may be free by now.
  const names = new Set(items.map(({ name }) => name));
  const stored = await readNetworks(host, [], 'all');
  const known = new Map(
    [...stored].map(([name, one]) => [
      name,
      { ...one, guests: one.guests.filter((guest) => !names.has(guest.name)) },
    ]),
  );
  const vms = items.map((vm) => attachedOrPlain(vm, known));
  const [domains, disks, seeds, directories, attachments, stale] = await Promise.all([
    domain.observe(host, vms.map(domainOf)),
    disk.observe(host, vms.flatMap(disksOf)),
    seed.observe(
      host,
      vms.flatMap((vm) => seedsOf(vm)),
    ),
    Promise.all(vms.map((vm) => observeDirectory(host, vm))),
    observeAttachments(host, vms, known),
    observeStale(host, vms, stored),
  ]);
  const [disksLeft, seedsLeft] = [[...disks], [...seeds]];
  return vms.map((vm, i) => ({
    domain: domains[i] ?? new Error('no domain'),
    disks: disksLeft.splice(0, disksOf(vm).length),
    seeds: seedsLeft.splice(0, seedsOf(vm).length),
    directory: directories[i],
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
  const { vm, missing } = attach(item, state.known);
  const ofDomain = planPart(vm, 'domain', state.domain, (seen) => domain.plan(domainOf(vm), seen));
  const macs = macsOf(vm, ofDomain.result);
  const ofSeeds = seedsOf(vm, macs).map((options, i) =>
    planPart(vm, 'seed', state.seeds[i], (seen) => seed.plan(options, seen)),
  );
  const ofDisks = disksOf(vm).map((options, i) =>
    planPart(vm, 'disk', state.disks[i], (seen) => disk.plan(options, forOthers(vm, seen))),
  );
  const ofDirectory = planDirectory(vm, state.directory);
  const files = [
    ...ofDisks.flatMap((one, i) => stepsOf(one, (step): Step => ({ part: 'disk', i, step }))),
    ...ofSeeds.flatMap((one, i) => stepsOf(one, (step): Step => ({ part: 'seed', i, step }))),
  ];
  const domains = stepsOf(ofDomain, (step): Step => ({ part: 'domain', step }));
  const { attachments, known, stale } = state;
  const ofNetworks = planAttachments(vm, attachments, known, macs, stale).map((change) => ({
    ...change,
    step: { part: 'attachments', step: change.step } as const,
  }));
  const isRunning = vm.state !== 'absent' && ofDomain.result?.domain?.state === 'running';
  const last = stepsOf(ofDirectory, (): Step => ({ part: 'directory' }));
  const uploads = files.some(({ step }) => step.part === 'disk') ? uploadsOf(vm) : {};
  const parts = [...ofDisks, ...ofSeeds, ofDomain, ofDirectory];
  return {
    changes:
      vm.state === 'absent'
        ? [...domains, ...files, ...ofNetworks, ...last]
        : [...files, ...ofNetworks, ...domains],
    warnings: [
      ...(isRunning ? pendingAttachments(vm, attachments, known, macs) : []),
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
    result: resultOf(vm, macs, {
      domain: ofDomain.result,
      disk: ofDisks[0]?.result,
      seed: ofSeeds[0]?.result,
      files: [...files, ...last].map(({ title }) => title),
    }),
  };
}

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

async function apply(host: Host, step: Step, item: VmOptions): Promise<Outcome | undefined> {
  if (step.part === 'attachments') {
    await applyAttachments(host, step.step);
    return undefined;
  }
  const vm = item.networks.length > 0 ? attachedOrPlain(item, await readNetworks(host)) : item;
  if (step.part === 'directory') {
    await host.removeDirectory(directoryOf(vm));
    return undefined;
  }
  try {
    if (step.part === 'domain') return await domain.apply(host, step.step, domainOf(vm));
    if (step.part === 'disk') return await disk.apply(host, step.step, at(disksOf(vm), step.i));
    return await seed.apply(host, step.step, at(seedsOf(vm), step.i));
  } catch (error) {
    throw errorOfVm(vm, step.part, asError(error));
  }
}

function at<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new Error(`part ${i} not found`);
  return found;
}

/** A guest: its disk, its seed and its domain. */
export const vm: ObjectKind<VmOptions, State, Step, VmResult> = {
  key: ({ name }) => name,
  scope: scopeOf,
  noneIncluded: noneSelected,
  check: checkVm,
  checkAll: checkTogether,
  observe,
  secrets: (vm, state) =>
    domain.secrets?.(domainOf(vm), state?.domain instanceof Error ? undefined : state?.domain) ?? [],
  plan,
  weight: (step) => (step.part === 'disk' ? (disk.weight?.(step.step) ?? 0) : 0),
  apply,
};
