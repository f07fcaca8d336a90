import type { Outcome } from '../../../lib/ansible/plan.ts';
import { asError, Failure } from '../../../lib/failure.ts';
import type { Host } from '../../../lib/host/host.ts';
import { applyLive } from '../../../lib/libvirt/live/apply/apply.ts';
import { nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import type { LiveUpdate } from '../plan/step.ts';
import { switchPower } from './power.ts';

/**
 * Brings the running guest to its definition, change by change. A change that the guest refuses takes effect at its
 * next start.
 * @throws Failure that says what was done, what failed and what was not tried
 */
export async function update(
  host: Host,
  options: DomainOptions,
  changes: LiveUpdate,
): Promise<Outcome | undefined> {
  const name = nameOf(options);
  const target = { uri: options.uri, name, detachTimeout: options.detach_timeout };
  const done: string[] = [];
  const postponed: { title: string; reason: string }[] = [];
  for (const [i, { title, step }] of changes.entries()) {
    try {
      const reason = await applyLive(host, target, step);
      if (reason === undefined) done.push(title);
      else postponed.push({ title, reason });
    } catch (error) {
      const rest = changes.slice(i + 1).map((change) => change.title);
      throw new Failure(problemOf(name, done, `${title}: ${asError(error).message}`, rest));
    }
  }
  if (postponed.length === 0) return undefined;
  const dropped = { actions: postponed.map(({ title }) => title) };
  if (options.restart !== 'if_needed') {
    const added = { restart_reasons: postponed.map(({ reason }) => reason) };
    return { added, dropped, result: { restart_required: true }, changed: done.length > 0 };
  }
  await switchPower(host, 'restart', options);
  return { added: { actions: [`restart domain ${name}`] }, dropped };
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
