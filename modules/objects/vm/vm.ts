import { asError, type Change, type ObjectKind, type Outcome, type Plan } from '../../lib/ansible/plan.ts';
import type { Host } from '../../lib/host/host.ts';
import { disk } from '../disk/disk.ts';
import type { DiskOptions } from '../disk/options.ts';
import type { State as DiskState, Step as DiskStep } from '../disk/plan.ts';
import { domain } from '../domain/domain.ts';
import type { State as DomainState, Step as DomainStep } from '../domain/plan/state.ts';
import type { State as SeedState, Step as SeedStep } from '../seed/plan.ts';
import { seed } from '../seed/seed.ts';
import { checkVm } from './check.ts';
import { type Directory, observeDirectory, planDirectory } from './directory.ts';
import { directoryOf, targetOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { disksOf, domainOf, seedOf } from './parts.ts';
import { resultOf, type VmResult } from './result.ts';
import { nothingOwn, scopeOf } from './scope.ts';
import { checkTogether } from './together.ts';
import { inVmWords, ofPart, type Part } from './words.ts';

/** What a VM is planned from: its parts as they are. A part that the task has nothing to do with isn't looked at. */
export interface State {
  readonly disks: readonly (DiskState | Error)[];
  readonly seed: SeedState | Error | undefined;
  readonly domain: DomainState | Error;
  /** Read only for a VM that is to be absent. */
  readonly directory: Directory;
}

/** A step of one of the parts. */
export type Step =
  | { readonly part: 'disk'; readonly of: DiskOptions; readonly step: DiskStep }
  | { readonly part: 'seed'; readonly step: SeedStep }
  | { readonly part: 'domain'; readonly step: DomainStep }
  | { readonly part: 'directory' };

/** Looks at the parts of all VMs side by side, each kind for all of them at once. */
async function observe(host: Host, vms: readonly VmOptions[]): Promise<State[]> {
  const made = vms.filter(({ steps }) => steps !== 'start');
  const removed = vms.filter(({ state }) => state === 'absent');
  const [disks, seeds, domains, directories] = await Promise.all([
    disk.observe(host, vms.flatMap(disksOf)),
    seed.observe(
      host,
      made.map((vm) => seedOf(vm)),
    ),
    domain.observe(host, vms.map(domainOf)),
    Promise.all(removed.map((vm) => observeDirectory(host, vm))),
  ]);
  const left = [...disks];
  return vms.map((vm, i) => ({
    disks: left.splice(0, disksOf(vm).length),
    seed: made.includes(vm) ? seeds[made.indexOf(vm)] : undefined,
    domain: domains[i] as DomainState | Error,
    directory: removed.includes(vm) ? directories[removed.indexOf(vm)] : undefined,
  }));
}

/**
 * Plans a VM by the plans of its parts: the domain first, since the guest's network goes by the MAC addresses that it has or
 * will have. They are carried out as disk, seed, domain; the other way round for a VM that is to be absent. Pure.
 */
function plan(vm: VmOptions, state: State): Plan<Step, VmResult> {
  const of = <S, P>(part: Part, seen: S | Error, act: (state: S) => P) =>
    ofPart(vm, part, () => {
      if (seen instanceof Error) throw seen;
      return act(seen);
    });
  const domainPlan = of('domain', state.domain, (seen) => domain.plan(domainOf(vm), seen));
  const interfaces = domainPlan.result?.domain?.interfaces ?? [];
  const macs = vm.interfaces.map(
    (nic) => interfaces.find(({ target }) => target === targetOf(vm, nic))?.mac ?? '',
  );
  const { seed: seedState } = state;
  const seedPlan = seedState && of('seed', seedState, (seen) => seed.plan(seedOf(vm, macs), seen));
  const disks = disksOf(vm).map((options, i) => ({
    options,
    plan: of('disk', state.disks[i] as DiskState | Error, (seen) => disk.plan(options, seen)),
  }));
  const files = [
    ...disks.flatMap(({ options, plan: { changes } }) =>
      inSteps(changes, (step) => ({ part: 'disk', of: options, step })),
    ),
    ...inSteps(seedPlan?.changes ?? [], (step) => ({ part: 'seed', step })),
  ];
  const domains = inSteps(domainPlan.changes, (step) => ({ part: 'domain', step }));
  const directory = planDirectory(vm, state.directory, filesOf(disks, vm));
  const changes =
    vm.state === 'absent'
      ? [...domains, ...files, ...inSteps(directory.changes, () => ({ part: 'directory' }))]
      : [...files, ...domains];
  const plans = [...disks.map(({ plan }) => plan), ...(seedPlan ? [seedPlan] : []), domainPlan, directory];
  const results = { disk: disks[0]?.plan.result, seed: seedPlan?.result, domain: domainPlan.result };
  return {
    changes,
    warnings: plans.flatMap(({ warnings = [] }) => warnings),
    missing: plans.flatMap((one) => ('missing' in one ? (one.missing ?? []) : [])),
    result: resultOf(
      vm,
      macs,
      results,
      changes.map(({ title }) => title),
    ),
  };
}

const filesOf = (disks: readonly { readonly options: DiskOptions }[], vm: VmOptions): string[] => [
  ...disks.map(({ options }) => options.dest),
  seedOf(vm).dest,
];

const inSteps = <S>(changes: readonly Change<S>[], stepOf: (step: S) => Step): Change<Step>[] =>
  changes.map((change) => ({ ...change, step: stepOf(change.step) }));

async function apply(host: Host, step: Step, vm: VmOptions): Promise<Outcome | undefined> {
  try {
    if (step.part === 'directory') {
      await host.removeDirectory(directoryOf(vm));
      return undefined;
    }
    if (step.part === 'disk') return await disk.apply(host, step.step, step.of);
    if (step.part === 'seed') return await seed.apply(host, step.step, seedOf(vm));
    return await domain.apply(host, step.step, domainOf(vm));
  } catch (error) {
    throw step.part === 'directory' ? error : inVmWords(vm, step.part, asError(error));
  }
}

/** A guest: its disk, its seed and its domain. */
export const vm: ObjectKind<VmOptions, State, Step, VmResult> = {
  key: ({ name }) => name,
  scope: scopeOf,
  allAside: nothingOwn,
  check: checkVm,
  checkAll: checkTogether,
  observe,
  plan,
  weight: (step) => (step.part === 'disk' ? (disk.weight?.(step.step) ?? 0) : 0),
  apply,
};
