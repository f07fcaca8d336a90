import type { Outcome } from '../../lib/ansible/plan.ts';
import { asError, Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { withoutApplied, writeApplied } from '../../lib/libvirt/applied.ts';
import { applyLive } from '../../lib/libvirt/live/apply.ts';
import { virsh, withPrivateFile } from '../../lib/libvirt/virsh.ts';
import { parseXml } from '../../lib/xml/parse.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import { switchPower } from './apply/power.ts';
import { nameOf } from './options.ts';
import { sameDefinition, settledDigest } from './plan/draft.ts';
import type { LiveUpdate, Step } from './plan/state.ts';
import type { DomainOptions } from './table.ts';

type Definition = Extract<Step, { readonly act: 'define' }>;

/**
 * Defines a domain and reads it back. Where libvirt couldn't be asked before what it would make of it, that is only
 * known then: a second definition says in its metadata that the same task has nothing more to do.
 * @returns a warning where libvirt stored something else than was planned
 */
async function define(
  host: Host,
  options: DomainOptions,
  name: string,
  { xml, validate, outcome }: Definition,
): Promise<Outcome | undefined> {
  await store(host, options, xml, validate);
  const text = await virsh(host, options.uri, 'dumpxml', '--inactive', '--security-info', '--domain', name);
  const stored = withoutApplied(parseXml(text));
  if ('expected' in outcome) {
    if (sameDefinition(stored, outcome.expected)) return undefined;
    const look = `virsh dumpxml --inactive ${name}`;
    return { warnings: [`libvirt stored domain ${name} in another way than it said it would: see ${look}`] };
  }
  const settled = settledDigest(options, outcome.known, stored, outcome.applied);
  const again = writeApplied(parseXml(xml), { ...outcome.applied, settled });
  await store(host, options, serialiseXml(again), validate);
  return undefined;
}

const store = (host: Host, { uri }: DomainOptions, xml: string, validate: boolean): Promise<string> =>
  withPrivateFile(host, xml, (path) =>
    virsh(host, uri, 'define', ...(validate ? ['--validate'] : []), '--file', path),
  );

/**
 * Brings the running guest to its definition, change by change. What the guest doesn't let happen now waits for its
 * next start.
 * @throws Failure that says what was done, what failed and what was not tried
 */
async function update(host: Host, options: DomainOptions, changes: LiveUpdate): Promise<Outcome | undefined> {
  const name = nameOf(options);
  const target = { uri: options.uri, name, detachTimeout: options.detach_timeout };
  const done: string[] = [];
  const waiting: { title: string; reason: string }[] = [];
  for (const [i, { title, step }] of changes.entries()) {
    try {
      const reason = await applyLive(host, target, step);
      if (reason === undefined) done.push(title);
      else waiting.push({ title, reason });
    } catch (error) {
      const rest = changes.slice(i + 1).map((change) => change.title);
      throw new Failure(storyOf(name, done, `${title}: ${asError(error).message}`, rest));
    }
  }
  if (waiting.length === 0) return undefined;
  const dropped = { actions: waiting.map(({ title }) => title) };
  if (options.restart !== 'if_needed') {
    const added = { restart_reasons: waiting.map(({ reason }) => reason) };
    return { added, dropped, result: { restart_required: true }, changed: done.length > 0 };
  }
  await switchPower(host, 'restart', options);
  return { added: { actions: [`restart domain ${name}`] }, dropped };
}

function storyOf(name: string, done: readonly string[], failed: string, rest: readonly string[]): string {
  const parts = [
    `the definition of domain ${name} is as stated, but its running guest isn't: ${failed}`,
    done.length > 0 ? `done before: ${done.join(', ')}` : '',
    rest.length > 0 ? `not tried: ${rest.join(', ')}` : '',
    'run the task again when that is mended',
  ];
  return parts.filter(Boolean).join('; ');
}

/** Carries out one step on the domain that the options name. */
export async function applyStep(
  host: Host,
  step: Step,
  options: DomainOptions,
): Promise<Outcome | undefined> {
  const name = nameOf(options);
  const call = (command: string, ...flags: string[]) =>
    virsh(host, options.uri, command, '--domain', name, ...flags);
  switch (step.act) {
    case 'define':
      return define(host, options, name, step);
    case 'update':
      return update(host, options, step.update);
    case 'undefine':
      await call('undefine', '--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram');
      return undefined;
    case 'remove':
      await host.remove(step.path);
      return undefined;
    case 'autostart':
      await call('autostart', ...(step.on ? [] : ['--disable']));
      return undefined;
    default:
      await switchPower(host, step.act, options);
      return undefined;
  }
}
