import { withDefaults } from '../../lib/ansible/coerce.ts';
import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { evacuatedAfter, noteEvacuated } from '../../lib/libvirt/evacuated.ts';
import { type Domain, isOn, readDomains } from '../../lib/libvirt/read.ts';
import { virsh, withPrivateFile } from '../../lib/libvirt/virsh.ts';
import { knownHostsText, moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { migrate } from '../../lib/move/live.ts';
import { LEAVING } from '../../lib/move/marker.ts';
import {
  type Forwarding,
  resumeOnNewHost,
  type Sent,
  sendFiles,
  withForwarding,
} from '../../lib/move/remote.ts';
import { switchPower } from '../domain/apply/power.ts';
import { domainOptions } from '../domain/options/options.ts';
import { type Description, descriptionOf, descriptionText, directoryIn, filesOf } from './description.ts';
import { isHalted } from './halted.ts';
import type { MoveOptions } from './options.ts';
import { definitionPath, makeSockets } from './prepare.ts';
import { alone, readDescribed, writeRecord } from './record.ts';
import type { MoveResult } from './result.ts';
import { templatesOf } from './templates.ts';

// The old host's second step: the guest, or the templates that it needs, go to the new one.

/** What is sent: it takes long. */
export interface SendStep {
  readonly act: 'send';
  readonly description: Description;
}

/** The guest, and what this host itself has said of it. */
export interface Leaving {
  readonly domain: Domain;
  /** Undefined where it has said nothing. */
  readonly described: Description | undefined;
}

/** Reads the guest. @throws Failure where it is not here */
export async function observeSend(host: Host, { name, uri }: MoveOptions): Promise<Leaving> {
  const [domain] = await readDomains(host, uri, [name]);
  if (!domain) throw new Failure(`there is no domain '${name}' on this host`);
  return { domain, described: await readDescribed(host, moveId(domain.uuid)) };
}

/**
 * Pure. What is given has passed the new host, which must not choose the files that root reads here, nor those that `forget` removes: only
 * what this host has described itself is sent and noted.
 * @throws Failure where something else is given, or asked for
 */
export function planSend(options: MoveOptions, { domain, described }: Leaving): Plan<SendStep, MoveResult> {
  const { name, mode, bring } = options;
  const given = descriptionOf(options);
  if (domain.uuid !== given.uuid)
    throw new Failure(`the domain '${name}' is not the one that was described: begin again`);
  if (described === undefined) throw new Failure(`this host has not described '${name}': begin again`);
  if (descriptionText(described) !== descriptionText(given))
    throw new Failure(
      `the description of '${name}' is not the one that this host has given: the other host may have changed it`,
    );
  const description = descriptionOf({ name, description: descriptionText(described) });
  const templates = templatesOf(description).map(({ path }) => path);
  const stranger = bring.find(({ path }) => !templates.includes(path));
  if (stranger)
    throw new Failure(`the other host asks for ${stranger.path}, which is no template of '${name}'`);
  const title = bring.length > 0 ? `send the templates of ${name}` : `move ${name} ${mode}`;
  return {
    changes: [{ title, before: undefined, after: undefined, step: { act: 'send', description } }],
    result: { name, sent: [] },
  };
}

/** Sends the guest. @returns the digests of what can't change any more */
export async function applySend(
  host: Host,
  step: SendStep,
  options: MoveOptions,
): Promise<Outcome<MoveResult>> {
  return alone(host, moveId(step.description.uuid), () => sendAlone(host, step, options));
}

async function sendAlone(
  host: Host,
  { description }: SendStep,
  options: MoveOptions,
): Promise<Outcome<MoveResult>> {
  const { name, mode, bring, host_keys, to, port, socket } = options;
  if (to === undefined) throw new Failure("'to' is missing: the address of the new host");
  const id = moveId(description.uuid);
  await writeRecord(host, id, 'leaving', description);
  await host.write(pathsOf(id).knownHosts, knownHostsText(host_keys), { mode: 0o600 });
  await makeSockets(host, id);
  const forwarding: Forwarding = { id, name, target: { address: to, port }, socket };
  if (bring.length > 0) {
    await withForwarding(host, forwarding, () => sendFiles(host, id, templatesTo(description, bring)));
    return {};
  }
  await noteBefore(host, options);
  // Nothing is stopped before it is known that the new host is reached.
  const started = host.now();
  const sent = await withForwarding(host, forwarding, (broken) =>
    mode === 'live'
      ? sendRunning(host, id, description, options, broken)
      : sendStopped(host, id, description, options),
  );
  return { result: { sent, seconds: Math.round((host.now() - started) / 100) / 10 } };
}

// It goes along: a run that is killed when the guest has gone leaves it noted.
async function noteBefore(host: Host, { name, uri, from, evacuation }: MoveOptions): Promise<void> {
  const [domain] = await readDomains(host, uri, [name]);
  if (domain && evacuation) await noteEvacuated(host, uri, domain, evacuatedAfter(domain.definition, from));
}

// Each by the path that this host has described.
const templatesTo = (description: Description, bring: MoveOptions['bring']): Sent[] =>
  templatesOf(description).flatMap((template) => {
    const to = bring.find(({ path }) => path === template.path)?.to;
    return to === undefined ? [] : { from: template.path, to, isSparse: false, length: template.length };
  });

const asSent = ({ path, length }: { readonly path: string; readonly length: number }): Sent => ({
  from: path,
  to: path,
  isSparse: false,
  length,
});

async function sendRunning(
  host: Host,
  id: string,
  description: Description,
  options: MoveOptions,
  broken: Promise<never>,
) {
  const { name, uri } = options;
  const { disks, files } = description;
  await sendFiles(host, id, files.map(asSent));
  await awaken(host, uri, name);
  const live = {
    ...options.migration,
    name,
    disks: disks.map(({ target }) => target),
    isOverlay: disks.some(({ backing }) => backing),
  };
  await migrate(host, uri, id, live, broken);
  if (description.runs) await resumeOnNewHost(host, id, name);
  return [];
}

// A move that was killed may have left it suspended. The new host has none of it: `prepare` has made sure of that.
async function awaken(host: Host, uri: string, name: string): Promise<void> {
  if (await isHalted(host, uri, name)) await virsh(host, uri, 'resume', '--domain', name);
}

async function sendStopped(host: Host, id: string, description: Description, options: MoveOptions) {
  const { name, uri, shutdown_timeout, force_off } = options;
  await host.write(`${directoryIn(description)}/${LEAVING}`, `${description.uuid}\n`, { mode: 0o600 });
  const state = (await virsh(host, uri, 'domstate', '--domain', name)).trim();
  if (isOn(state)) {
    await switchPower(
      host,
      'shut down',
      withDefaults(domainOptions, { name, uri, shutdown_timeout, force_off }),
    );
  }
  // Else the guest would start here too, when both hosts start.
  if (description.autostart) await virsh(host, uri, 'autostart', '--disable', '--domain', name);
  const files: Sent[] = [
    ...description.disks.map(({ path, allocated }) => ({
      from: path,
      to: path,
      isSparse: true,
      length: allocated,
    })),
    ...[...description.files, ...(description.nvram ? [description.nvram] : [])].map(asSent),
  ];
  const sent: { path: string; sha256: string }[] = [];
  for (const { path } of filesOf(description)) {
    host.report({ what: `read ${path}`, done: undefined, total: undefined });
    sent.push({ path, sha256: await host.digest(path, 'sha256') });
  }
  await sendFiles(host, id, files);
  // In the form that another release of libvirt understands.
  const xml = await virsh(
    host,
    uri,
    'dumpxml',
    '--inactive',
    '--security-info',
    '--migratable',
    '--domain',
    name,
  );
  await withPrivateFile(host, xml, async (file) => {
    const to = definitionPath(description);
    await sendFiles(host, id, [{ from: file, to, isSparse: false, length: xml.length }]);
  });
  return sent;
}
