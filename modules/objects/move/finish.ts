import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { inspectAs } from '../../lib/disk/image/inspect.ts';
import { qemuImg } from '../../lib/disk/image/qemu-img.ts';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { evacuatedAfter, noteEvacuated } from '../../lib/libvirt/evacuated.ts';
import { type Domain, isOn, readDomains } from '../../lib/libvirt/read.ts';
import { virsh, withPrivateFile } from '../../lib/libvirt/virsh.ts';
import { unauthorise } from '../../lib/move/authorised.ts';
import { moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { forNewHost } from '../../lib/move/live.ts';
import { MARKER, type Moving, markerText, readMarker } from '../../lib/move/marker.ts';
import type { Element } from '../../lib/xml/element.ts';
import { parseXml } from '../../lib/xml/parse.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import { readNetworks } from '../network/record.ts';
import { applyAttachments } from '../vm/attachments.ts';
import { problemOfDefinition } from './definition.ts';
import { type Description, descriptionOf, directoryIn, filesOf } from './description.ts';
import type { MoveOptions } from './options.ts';
import { definitionPath } from './prepare.ts';
import type { MoveResult } from './result.ts';

// The new host's second step: what came is verified, and belongs to it from then on.

/** Completing what came. */
export interface FinishStep {
  readonly act: 'finish';
  readonly description: Description;
  /** Bytes that are verified. */
  readonly bytes: number;
}

/** The domain, as far as it is here. */
export async function observeFinish(host: Host, { name, uri }: MoveOptions): Promise<Domain | undefined> {
  const [domain] = await readDomains(host, uri, [name]);
  return domain;
}

/** Pure. @throws Failure where another domain, or none, has come */
export function planFinish(options: MoveOptions, domain: Domain | undefined): Plan<FinishStep, MoveResult> {
  const { name, mode } = options;
  const description = descriptionOf(options);
  if (domain && domain.uuid !== description.uuid)
    throw new Failure(`the domain '${name}' of this host is another guest`);
  if (!domain && mode === 'live')
    throw new Failure(`the guest '${name}' has not come: it is on its former host`);
  if (domain && mode === 'live' && !isOn(domain.state))
    throw new Failure(`the guest '${name}' came, and is ${domain.state}`);
  const bytes = mode === 'cold' ? description.disks.reduce((sum, { allocated }) => sum + allocated, 0) : 0;
  const step = { act: 'finish', description, bytes } as const;
  return {
    changes: [{ title: `complete the move of ${name}`, before: undefined, after: undefined, step }],
    result: { name },
  };
}

/** Carries it out. */
export async function applyFinish(
  host: Host,
  { description }: FinishStep,
  options: MoveOptions,
): Promise<Outcome<MoveResult>> {
  const { name, uri, sent, from, evacuation } = options;
  const [domain] = await readDomains(host, uri, [name]);
  if (domain) checkArrived(description, domain, await readMarker(host, directoryIn(description)));
  if (!domain) await defineIt(host, uri, description, sent);
  // libvirt may have been ended before it has stored the definition.
  else if (!domain.persistent) await define(host, uri, serialiseXml(domain.definition));
  await giveAttachments(host, description);
  const [came] = await readDomains(host, uri, [name]);
  if (!came) throw new Failure(`there is no domain '${name}' on this host any more`);
  // It is suspended where the old host was ended before it could let it run.
  if (description.runs && came.state === 'paused') await virsh(host, uri, 'resume', '--domain', name);
  await noteEvacuated(host, uri, came, evacuatedAfter(came.definition, evacuation ? from : undefined));
  await host.write(
    `${directoryIn(description)}/${MARKER}`,
    markerText({ from, uuid: description.uuid, arrived: true }),
    {
      mode: 0o600,
    },
  );
  await unauthorise(host, moveId(description.uuid));
  return {};
}

async function defineIt(
  host: Host,
  uri: string,
  description: Description,
  sent: MoveOptions['sent'],
): Promise<void> {
  const path = definitionPath(description);
  const xml = await readText(host, path);
  if (!xml)
    throw new Failure(`the guest '${description.name}' has not come as a whole: it is on its former host`);
  const digests = new Map(sent.map((one) => [one.path, one.sha256]));
  for (const { path: file } of filesOf(description)) {
    host.report({ what: `verify ${file}`, done: undefined, total: undefined });
    if ((await host.digest(file, 'sha256')) !== digests.get(file))
      throw new Failure(
        `${file} is not what was sent: see whether the storage of this host is sound, and move the guest again`,
      );
  }
  checkDefinition(description, parseXml(xml));
  await useTemplates(host, description);
  await define(host, uri, xml);
  await host.remove(path);
}

/**
 * Checks what libvirt has of a guest that came. Pure.
 * @param moving the mark of its move: what a former run has verified is this host's since, and may have been changed
 * @throws Failure
 */
export function checkArrived(
  description: Description,
  { definition, live, persistent }: Pick<Domain, 'definition' | 'live' | 'persistent'>,
  moving: Moving | undefined,
): void {
  if (moving?.arrived !== false) return;
  checkDefinition(description, persistent ? definition : forNewHost(definition));
  if (live) checkDefinition(description, forNewHost(live));
}

/** What comes is the guest that was described, and names nothing else of this host. @throws Failure */
function checkDefinition(description: Description, definition: Element): void {
  const problem = problemOfDefinition(description, definition);
  if (problem !== undefined)
    throw new Failure(
      `the definition of '${description.name}' that came is not that of the guest that was described: ${problem}`,
    );
}

const define = (host: Host, uri: string, xml: string): Promise<string> =>
  withPrivateFile(host, xml, (file) => virsh(host, uri, 'define', '--file', file));

/** Names the templates of this host in the disks, where they have other names here. */
async function useTemplates(host: Host, { uuid, disks }: Description): Promise<void> {
  const text = await readText(host, pathsOf(moveId(uuid)).templates);
  const templates = new Map<string, unknown>(Object.entries(JSON.parse(text ?? '{}')));
  for (const { path, format, backing } of disks) {
    const found = await inspectAs(host, path, format);
    // The header of a disk may name any file.
    if (found?.disk?.backing !== backing?.path || found?.disk?.external)
      throw new Failure(`${path} refers to another file than was described`);
    const here = backing && templates.get(backing.path);
    if (typeof here !== 'string' || here === backing?.path) continue;
    await qemuImg(host, path, ['rebase', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', here, path]);
  }
}

/** Writes what the guest has in networks. */
async function giveAttachments(host: Host, { name, attachments }: Description): Promise<void> {
  const files = new Map(Object.entries(attachments));
  if (files.size === 0) return;
  const known = await readNetworks(host);
  const rules = [...known.values()].some(({ network }) =>
    network.options.forwards.some(({ to }) => to === name),
  );
  await applyAttachments(host, { files, kept: new Map(), reload: [], ended: [], rules });
}
