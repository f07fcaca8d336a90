import type { Host } from '../host/host.ts';
import { childOf, childrenOf, type Element, element } from '../xml/element.ts';
import { serialiseXml } from '../xml/serialise.ts';
import { virsh } from './virsh.ts';

// Which host a guest was evacuated from, noted in the metadata of its domain until it is restored. No task declares it, so a
// redefinition keeps it, as it keeps the metadata of other programs.

/** The namespace of that note: `virsh metadata DOMAIN --config --uri NAMESPACE`. */
export const EVACUATED_NAMESPACE = 'https://piecewise.cloud/evacuated/1';

const PREFIX = 'piecewise-evacuated';
const NAME = 'from';

/** The element within `<metadata>`. */
export const EVACUATED_ELEMENT = `${PREFIX}:${NAME}`;

/** The note as XML. @param from the host's name in the inventory */
export const evacuatedElement = (from: string): Element =>
  element(EVACUATED_ELEMENT, { [`xmlns:${PREFIX}`]: EVACUATED_NAMESPACE, host: from });

/** The host that a domain was evacuated from, by its definition. @returns undefined of one that wasn't */
export const evacuatedIn = (definition: Element): string | undefined =>
  childrenOf(childOf(definition, 'metadata'), EVACUATED_ELEMENT)[0]?.attributes.host || undefined;

/**
 * The note that a domain has after a move. One that is evacuated again still belongs to the first host. Pure.
 * @param definition before the move
 * @param from the old host, if the move is an evacuation
 */
export const evacuatedAfter = (definition: Element, from: string | undefined): string | undefined =>
  from === undefined ? undefined : (evacuatedIn(definition) ?? from);

/** The arguments of `virsh metadata` that set the note, or remove it. Pure. */
export const noteArguments = (name: string, from: string | undefined, isOn: boolean): string[] => [
  ...['--domain', name, '--config', ...(isOn ? ['--live'] : [])],
  ...['--uri', EVACUATED_NAMESPACE],
  // libvirt gives the element its prefix and its namespace.
  ...(from === undefined
    ? ['--remove']
    : ['--key', PREFIX, '--set', serialiseXml(element(NAME, { host: from }))]),
];

/**
 * Notes in the metadata of a domain which host it was evacuated from, for the running guest too. A note that is as it should be is
 * not written again.
 * @param from the host's name in the inventory; undefined removes the note
 * @returns whether anything was changed
 * @throws Failure with libvirt's own reason
 */
export async function noteEvacuated(
  host: Host,
  uri: string,
  domain: { readonly name: string; readonly definition: Element; readonly live: Element | undefined },
  from: string | undefined,
): Promise<boolean> {
  const { name, definition, live } = domain;
  if ([definition, live ?? definition].every((one) => evacuatedIn(one) === from)) return false;
  await virsh(host, uri, 'metadata', ...noteArguments(name, from, live !== undefined));
  return true;
}
