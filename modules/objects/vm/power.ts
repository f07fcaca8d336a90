import type { Plan } from '../../lib/ansible/plan.ts';
import { Failure } from '../../lib/failure.ts';
import { domain } from '../domain/domain.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import type { DomainOptions } from '../domain/options/options.ts';
import type { DomainResult, Step as DomainStep } from '../domain/plan/step.ts';
import type { VmOptions } from './options.ts';

// Tasks that change nothing of their VMs but whether they run.

/** What each of them makes of a domain. */
const POWER = {
  start: { state: 'running' },
  stop: { state: 'stopped' },
  restart: { state: 'running', restart: 'if_needed' },
} as const satisfies Record<string, Pick<Partial<DomainOptions>, 'state' | 'restart'>>;

type Steps = VmOptions['steps'];
type PowerSteps = keyof typeof POWER;

/** Whether a task leaves all of its VMs as they are but their power state. */
export const isPowerOnly = ({ steps }: { readonly steps: Steps }): boolean => steps in POWER;

/** The options of the domain in such a task; undefined in another one. */
export const powerOf = ({ steps }: { readonly steps: Steps }): (typeof POWER)[PowerSteps] | undefined =>
  steps in POWER ? POWER[steps as PowerSteps] : undefined;

/** Whether a step waits until a guest has shut down. */
export const isSlow = ({ act }: DomainStep): boolean => act === 'shut down' || act === 'restart';

/**
 * Whether a task with these steps includes a VM: none that is to be absent, and to start only what is to run.
 * @param state as the entry says
 */
export function isIncluded(steps: unknown, state: unknown): boolean {
  if (steps === 'stop') return state !== 'absent';
  return (steps !== 'start' && steps !== 'restart') || (state ?? 'running') === 'running';
}

const NOTHING: Plan<DomainStep, DomainResult> = { changes: [] };

/**
 * Plans the domain of a VM in such a task. Pure.
 * @throws Failure where a domain that is to run isn't defined
 */
export function planPower(
  vm: VmOptions,
  options: DomainOptions,
  seen: DomainState,
): Plan<DomainStep, DomainResult> {
  if (seen.domain) {
    const atStart = vm.steps === 'restart' ? ['the task restarts it'] : [];
    return domain.plan(options, { ...seen, atStart });
  }
  if (vm.steps === 'stop') return NOTHING;
  throw new Failure(`VM ${vm.name} is not defined on this host: make it first (playbooks/vms.yml)`);
}
