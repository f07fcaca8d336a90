import type { Plan } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { uptimeOf } from '../../lib/libvirt/uptime.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import { hasCloudInit, type State as RootState } from '../root/observe.ts';
import { isPending, type RootResult, type Step as RootStep } from '../root/plan.ts';
import { root } from '../root/root.ts';
import { rootsOf } from './container.ts';
import { isContainer, rootPath, uriOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { planPart } from './planned.ts';

/** What is known of the root of a container. */
export interface SeenRoot {
  readonly root: RootState | Error;
  /** Milliseconds since the container was started; undefined where it doesn't run. */
  readonly uptime: number | undefined;
}

/** Looks at the roots of all containers. @returns undefined of a guest whose task has no root */
export async function observeRoots(
  host: Host,
  vms: readonly VmOptions[],
): Promise<readonly (SeenRoot | undefined)[]> {
  const roots = vms.flatMap((vm) => rootsOf(vm));
  if (roots.length === 0) return vms.map(() => undefined);
  const found = [...(await root.observe(host, roots))];
  return Promise.all(
    vms.map(async (vm) => {
      const seen = rootsOf(vm).length > 0 ? found.shift() : undefined;
      return seen && { root: seen, uptime: await uptimeOf(host, uriOf(vm), vm.name) };
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
  seen: SeenRoot | undefined,
  macs: readonly string[],
): RootPart | undefined {
  const [options] = rootsOf(vm, macs);
  if (!options || !seen) return undefined;
  const plan = planPart(vm, 'root', seen.root, (state) => root.plan(options, state));
  const { uptime, root: state } = seen;
  if (vm.state === 'absent' || state instanceof Error) return { plan, atStart: [] };
  checkWaiting(vm, state);
  const isWaiting = plan.result?.applied || (uptime !== undefined && isPending(state, uptime));
  return { plan, atStart: isWaiting ? ['the container applies the change of its seed when it boots'] : [] };
}

function checkWaiting({ wait, archive_name }: VmOptions, state: RootState): void {
  if (wait?.for === 'cloud_init' && !hasCloudInit(state))
    throw new OptionError(
      'wait.for',
      `the root from '${archive_name}' has no cloud-init: wait for address or port`,
    );
}

/** What is seen of a domain whose root this task makes: the directory that is not there yet is none that is missing. */
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
