import type { Change } from '../../../lib/ansible/plan.ts';
import { isOn } from '../../../lib/libvirt/read.ts';
import type { DomainOptions } from '../options/options.ts';

/** Something that is done with the guest's power. */
export interface PowerStep {
  readonly act: 'start' | 'start paused' | 'resume' | 'pause' | 'shut down' | 'restart';
}

type PowerChange = Change<PowerStep>;

type Wanted = DomainOptions['state'];

export interface Power {
  readonly changes: readonly PowerChange[];
  /** Whether the guest starts anew, with the definition that is there then. */
  readonly restarts: boolean;
}

/** The state that a domain has after a task, in libvirt's words. */
export function stateAfter(wanted: Wanted, now: string): string {
  if (wanted === 'present') return now;
  return wanted === 'stopped' || wanted === 'absent' ? 'shut off' : wanted;
}

function actFor(wanted: Wanted, now: string): PowerStep['act'] | undefined {
  if (wanted === 'present') return undefined;
  if (wanted === 'stopped' || wanted === 'absent') return isOn(now) ? 'shut down' : undefined;
  if (!isOn(now)) return wanted === 'running' ? 'start' : 'start paused';
  if (wanted === 'running') return now === 'paused' ? 'resume' : undefined;
  return now === 'paused' ? undefined : 'pause';
}

/**
 * What brings the guest to the state that the task wants.
 * @param pending what can't be changed while it runs
 */
export function planPower(
  name: string,
  { state, restart }: Pick<DomainOptions, 'state' | 'restart'>,
  now: string,
  pending: readonly string[],
): Power {
  const restarts = restart === 'if_needed' && pending.length > 0 && isOn(now) && isOn(stateAfter(state, now));
  const wanted = state === 'present' && now === 'paused' ? 'paused' : state;
  const steps: [PowerStep['act'] | undefined, string][] = restarts
    ? [
        ['restart', 'running'],
        [actFor(wanted, 'running'), stateAfter(state, now)],
      ]
    : [[actFor(state, now), stateAfter(state, now)]];
  const changes = steps.flatMap(([act, after]) =>
    act === undefined
      ? []
      : [{ title: `${act} domain ${name}`, before: `${now}\n`, after: `${after}\n`, step: { act } }],
  );
  return { changes, restarts };
}
