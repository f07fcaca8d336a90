import { observeEach } from '../../lib/ansible/plan.ts';
import { asError, MissingProgram } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { hasKvm } from '../../lib/libvirt/kvm.ts';
import { withActualBridges } from '../../lib/libvirt/live/observe.ts';
import { type Domain, readDomains } from '../../lib/libvirt/read.ts';
import { type Rehearsed, rehearse } from '../../lib/libvirt/rehearse.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import { isUnchanged } from './draft/digest.ts';
import { type DomainDraft, draftOf, type Known } from './draft/draft.ts';
import { missingDirectories } from './observe/directories.ts';
import { exclusiveFiles, type State } from './observe/state.ts';
import { keptFiles, otherThanFiles } from './observe/storage.ts';
import { isContainer } from './options/drivers.ts';
import { nameOf } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';

async function readHost(host: Host, uri: string): Promise<Omit<Known, 'domain'>> {
  const machineId = ((await readText(host, '/etc/machine-id')) ?? '').trim();
  return { machineId, kvm: !isContainer({ uri }) && (await hasKvm(host)) };
}

interface Drafted extends Known {
  readonly options: DomainOptions;
  readonly draft: DomainDraft | undefined;
  readonly unchanged: boolean;
}

function drafted(options: DomainOptions, known: Known): Drafted | Error {
  try {
    const draft = options.state === 'absent' ? undefined : draftOf(options, known);
    return { ...known, options, draft, unchanged: draft !== undefined && isUnchanged(draft) };
  } catch (error) {
    return asError(error);
  }
}

async function readItems(
  host: Host,
  uri: string,
  items: readonly DomainOptions[],
): Promise<readonly (Domain | undefined | Error)[]> {
  try {
    return await readDomains(host, uri, items.map(nameOf));
  } catch (error) {
    const isNone = isContainer({ uri }) && error instanceof MissingProgram;
    // Without the driver there are no containers, so none is to be removed.
    return items.map(({ state }) => (isNone && state === 'absent' ? undefined : asError(error)));
  }
}

/** Asks libvirt what it would make of each draft that changes something. */
async function rehearseItems(
  host: Host,
  uri: string,
  items: readonly Drafted[],
): Promise<ReadonlyMap<Drafted, Rehearsed>> {
  const open = items.flatMap((item) => (item.draft && !item.unchanged ? [{ item, draft: item.draft }] : []));
  const drafts = open.map(({ item, draft }) => ({
    name: nameOf(item.options),
    xml: serialiseXml(draft.definition),
  }));
  const answers = await rehearse(host, uri, drafts);
  return new Map(open.map(({ item }, i) => [item, answers[i] as Rehearsed]));
}

async function storageOf(
  host: Host,
  uri: string,
  items: readonly (Drafted | Error)[],
): Promise<Pick<State, 'keptFiles' | 'otherThanFiles'>> {
  const removed = items.flatMap((item) =>
    item instanceof Error || item.options.state !== 'absent' || !item.options.remove_storage ? [] : item,
  );
  const names = new Set(removed.map(({ options }) => nameOf(options)));
  const files = [
    ...new Set(removed.flatMap(({ domain }) => (domain ? exclusiveFiles(domain.definition) : []))),
  ];
  return {
    keptFiles: await keptFiles(host, uri, names, files),
    otherThanFiles: await otherThanFiles(host, files),
  };
}

async function observeAt(
  host: Host,
  uri: string,
  items: readonly DomainOptions[],
): Promise<(State | Error)[]> {
  // Together, since a process is slow to start.
  const [domains, common] = await Promise.all([readItems(host, uri, items), readHost(host, uri)]);
  const drafts = items.map((options, i) => {
    const domain = domains[i];
    return domain instanceof Error ? domain : drafted(options, { ...common, domain });
  });
  const rehearsed = await rehearseItems(
    host,
    uri,
    drafts.filter((item): item is Drafted => !(item instanceof Error)),
  );
  const storage = await storageOf(host, uri, drafts);
  return observeEach(drafts, async (item) => {
    if (item instanceof Error) throw item;
    const answer = rehearsed.get(item);
    const directories = await directoriesOf(host, item);
    return {
      ...item,
      domain: await withBridges(host, item, answer),
      rehearsed: answer,
      ...directories,
      ...storage,
    };
  });
}

// Only where the task may start it.
async function directoriesOf(
  host: Host,
  { options, draft, domain }: Drafted,
): Promise<Pick<State, 'missingDirectories'>> {
  const starts = options.state === 'running' || options.state === 'paused' || options.restart === 'if_needed';
  const definition = draft?.definition ?? domain?.definition;
  if (!isContainer(options) || options.state === 'absent' || !starts || !definition) return {};
  return { missingDirectories: await missingDirectories(host, definition) };
}

// libvirt does not notice that a port was moved to another bridge; Open vSwitch knows it.
async function withBridges(
  host: Host,
  { domain, draft }: Drafted,
  rehearsed: Rehearsed | undefined,
): Promise<Domain | undefined> {
  const next =
    rehearsed?.outcome === 'defined' ? rehearsed.definition : (draft?.definition ?? domain?.definition);
  if (!domain?.live || !next) return domain;
  return { ...domain, live: await withActualBridges(host, domain.live, next) };
}

/** Reads the domains of all items, and asks libvirt what it would make of their drafts. */
export async function observe(host: Host, items: readonly DomainOptions[]): Promise<(State | Error)[]> {
  const states = new Map<DomainOptions, State | Error>();
  for (const uri of new Set(items.map((item) => item.uri))) {
    const same = items.filter((item) => item.uri === uri);
    const found = await observeAt(host, uri, same);
    same.forEach((item, i) => {
      states.set(item, found[i] as State | Error);
    });
  }
  return items.map((item) => states.get(item) as State | Error);
}
