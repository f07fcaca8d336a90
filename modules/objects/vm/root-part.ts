import type { Plan } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { bootOf } from '../../lib/libvirt/boot.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import { hasCloudInit, type State as RootState } from '../root/observe.ts';
import { isPending, type RootResult, type Step as RootStep } from '../root/plan.ts';
import { root } from '../root/root.ts';
import { rootsOf } from './container.ts';
import { isContainer, rootPath } from './names.ts';
import type { VmOptions } from './options.ts';
import { planPart } from './planned.ts';
import { isAwaited } from './wait.ts';

/** Looks at the roots of all containers. @returns undefined of a guest whose task has no root */
export async function observeRoots(
  host: Host,
  vms: readonly VmOptions[],
): Promise<readonly (RootState | Error | undefined)[]> {
  const roots = vms.flatMap((vm) => rootsOf(vm));
  if (roots.length === 0) return vms.map(() => undefined);
  const found = [...(await root.observe(host, roots))];
  return Promise.all(
    vms.map(async (vm) => {
      const seen = rootsOf(vm).length > 0 ? found.shift() : undefined;
      return seen instanceof Error ? seen : seen && { ...seen, boot: await bootOf(host, vm.name) };
    }),
  );
}

/** The plan of a container's root, and what it means for its domain. */
export interface RootPart {
  readonly plan: Plan<RootStep, RootResult>;
  /** Why the container has to be started again. */
  readonly atStart: readonly string[];
}

/**
 * Plans the root of a container. Pure.
 * @param macs the MAC address of each interface
 * @returns undefined where there is none to plan
 */
export function planRootPart(
  vm: VmOptions,
  seen: RootState | Error | undefined,
  macs: readonly string[],
): RootPart | undefined {
  const [options] = rootsOf(vm, macs);
  if (!options || !seen) return undefined;
  const plan = planPart(vm, 'root', seen, (state) => root.plan(options, state));
  if (vm.state === 'absent' || seen instanceof Error) return { plan, atStart: [] };
  checkWaiting(vm, seen);
  const isWaiting = plan.result?.applied || isPending(seen);
  return { plan, atStart: isWaiting ? ['the container applies the change of its seed when it boots'] : [] };
}

function checkWaiting(vm: VmOptions, state: RootState): void {
  const { wait, archive_name } = vm;
  if (isAwaited(vm) && wait?.for === 'cloud_init' && !hasCloudInit(state))
    throw new OptionError(
      'wait.for',
      `the root from '${archive_name}' has no cloud-init: wait for address or port`,
    );
}

/** The state of a domain beside its root: the directory that this task makes is not missing. */
export const besideRoot = (vm: VmOptions, seen: DomainState, part: RootPart | undefined): DomainState =>
  isContainer(vm) && part
    ? {
        ...seen,
        atStart: part.atStart,
        ...(seen.missingDirectories
          ? { missingDirectories: seen.missingDirectories.filter((path) => path !== rootPath(vm)) }
          : {}),
      }
    : seen;
