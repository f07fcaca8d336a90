import type { Change } from '../../../lib/ansible/plan.ts';
import { isOn } from '../../../lib/libvirt/read.ts';
import type { DomainOptions } from '../options/options.ts';

/** A change of the domain's power state. */
export interface PowerStep {
  readonly act: 'start' | 'start paused' | 'resume' | 'pause' | 'shut down' | 'restart';
}

type PowerChange = Change<PowerStep>;

type Desired = DomainOptions['state'];

export interface Power {
  readonly changes: readonly PowerChange[];
  /** Whether the guest is restarted, and so gets all of its definition. */
  readonly restarts: boolean;
}

/** The state of a domain after a task, as libvirt names it. */
export function stateAfter(desired: Desired, now: string): string {
  if (desired === 'present') return now;
  return desired === 'stopped' || desired === 'absent' ? 'shut off' : desired;
}

function actFor(desired: Desired, now: string): PowerStep['act'] | undefined {
  if (desired === 'present') return undefined;
  if (desired === 'stopped' || desired === 'absent') return isOn(now) ? 'shut down' : undefined;
  if (!isOn(now)) return desired === 'running' ? 'start' : 'start paused';
  if (desired === 'running') return now === 'paused' ? 'resume' : undefined;
  return now === 'paused' ? undefined : 'pause';
}

/**
 * Plans what brings the guest to its desired state. Pure.
 * @param pending what can't be changed while it runs
 */
export function planPower(
  name: string,
  { state, restart }: Pick<DomainOptions, 'state' | 'restart'>,
  now: string,
  pending: readonly string[],
): Power {
  const restarts = restart === 'if_needed' && pending.length > 0 && isOn(now) && isOn(stateAfter(state, now));
  const target = state === 'present' && now === 'paused' ? 'paused' : state;
  const steps: [PowerStep['act'] | undefined, string][] = restarts
    ? [
        ['restart', 'running'],
        [actFor(target, 'running'), stateAfter(state, now)],
      ]
    : [[actFor(state, now), stateAfter(state, now)]];
  const changes = steps.flatMap(([act, after]) =>
    act === undefined
      ? []
      : [{ title: `${act} domain ${name}`, before: `${now}\n`, after: `${after}\n`, step: { act } }],
  );
  return { changes, restarts };
}
