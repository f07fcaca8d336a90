import type { Outcome } from '../../../lib/ansible/plan.ts';
import { asError, Failure } from '../../../lib/failure.ts';
import type { Host } from '../../../lib/host/host.ts';
import { applyLive } from '../../../lib/libvirt/live/apply/apply.ts';
import type { LiveStep } from '../../../lib/libvirt/live/plan/step.ts';
import { nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import type { DomainResult, LiveUpdate } from '../plan/step.ts';
import { switchPower } from './power.ts';

/** What has become of the changes of a running guest. */
export interface Updated {
  /** Those that the guest has. */
  readonly done: readonly LiveStep[];
  /** Whether the guest took no notice of one of them. */
  readonly isBlind: boolean;
  /** Whether the guest was restarted, and so has all of its definition. */
  readonly isRestarted: boolean;
  readonly outcome?: Outcome<DomainResult>;
  /** Says what was done, what failed and what was not tried. */
  readonly failure?: Failure;
}

/**
 * Brings the running guest to its definition, change by change. A change that the guest refuses takes effect at its
 * next start.
 */
export async function update(host: Host, options: DomainOptions, changes: LiveUpdate): Promise<Updated> {
  const name = nameOf(options);
  const target = { uri: options.uri, name, detachTimeout: options.detach_timeout };
  const made: string[] = [];
  const done: LiveStep[] = [];
  const dropped: string[] = [];
  const reasons: string[] = [];
  let isBlind = false;
  for (const [i, { title, step }] of changes.entries()) {
    try {
      const { postponed, later } = await applyLive(host, target, step);
      if (postponed === undefined) made.push(title);
      else dropped.push(title);
      const reason = postponed ?? later;
      if (later !== undefined) isBlind = true;
      if (reason === undefined) done.push(step);
      else reasons.push(reason);
    } catch (error) {
      const rest = changes.slice(i + 1).map((change) => change.title);
      const failure = new Failure(problemOf(name, made, `${title}: ${asError(error).message}`, rest));
      return { done, isBlind, isRestarted: false, failure };
    }
  }
  if (reasons.length === 0) return { done, isBlind, isRestarted: false };
  if (options.restart !== 'if_needed') {
    const result = { restart_required: true };
    const outcome = { added: { restart_reasons: reasons }, dropped: { actions: dropped }, result };
    return { done, isBlind, isRestarted: false, outcome: { ...outcome, changed: made.length > 0 } };
  }
  await switchPower(host, 'restart', options);
  const added = { actions: [`restart domain ${name}`] };
  return { done, isBlind, isRestarted: true, outcome: { added, dropped: { actions: dropped } } };
}

function problemOf(name: string, done: readonly string[], failed: string, rest: readonly string[]): string {
  const parts = [
    `the definition of domain ${name} is up to date, but its running guest is not: ${failed}`,
    done.length > 0 ? `done before: ${done.join(', ')}` : '',
    rest.length > 0 ? `not tried: ${rest.join(', ')}` : '',
    'fix that and run the task again',
  ];
  return parts.filter(Boolean).join('; ');
}

/** The outcome of these changes. @throws Failure where one failed */
export function outcomeOf({ outcome, failure }: Updated): Outcome<DomainResult> | undefined {
  if (failure) throw failure;
  return outcome;
}
