import { Failure } from '../../failure.ts';
import { canonical } from '../../xml/canonical.ts';
import { childOf, childrenOf, type Element, valueAt, withoutChildren } from '../../xml/element.ts';
import { merge } from '../../xml/merge.ts';
import { recordIn, withoutApplied, withRecord } from '../applied.ts';
import { uuidFrom, withUuidAfterName } from '../invent.ts';
import { outlineOf } from '../outline.ts';
import type { LibvirtNetwork } from './read.ts';
import { NETWORK_IDENTITY, NETWORK_RULES } from './rules.ts';

/** Whether two definitions of a network are equal, whatever the order of their elements. */
export const sameNetwork = (a: Element, b: Element): boolean =>
  canonical(a, NETWORK_IDENTITY) === canonical(b, NETWORK_IDENTITY);

const isBridged = (definition: Element) => valueAt(definition, 'forward/@mode') === 'bridge';

/** Whether tasks of this collection defined a network. Others may have made it one of another kind since. */
export const isOurs = ({ definition }: LibvirtNetwork): boolean =>
  isBridged(definition) && recordIn(definition) !== undefined;

/** Why a network can't be redefined as a task says: it is another one of that name. */
function otherNetwork(network: LibvirtNetwork, desired: Element): string | undefined {
  const { definition, name } = network;
  const bridge = valueAt(definition, 'bridge/@name');
  // Whoever made one over the same bridge made what the task says.
  if (isOurs(network) || (isBridged(definition) && bridge === valueAt(desired, 'bridge/@name')))
    return undefined;
  const mode = valueAt(definition, 'forward/@mode') ?? (childOf(definition, 'forward') ? 'nat' : 'none');
  return `libvirt has another network '${name}', of forward mode ${mode}${bridge === undefined ? '' : ` on ${bridge}`}, which no task made: give this network another name, or remove libvirt's (virsh net-destroy ${name}; virsh net-undefine ${name})`;
}

/** What a task makes of a network. */
export interface NetworkRedefinition {
  /** The definition before, without what tasks record in it; undefined for a new network. */
  readonly current: Element | undefined;
  /** The definition after, without the record. */
  readonly next: Element;
  /** The same with the record, as libvirt is given it. */
  readonly definition: Element;
  /** Whether the current definition records already what the task applies. */
  readonly recorded: boolean;
  /** The active network after; undefined for one that isn't active. */
  readonly nextLive: Element | undefined;
}

/**
 * Merges the definition that a task desires with the current one of a network, and with what the last task applied. Pure.
 * @throws Failure for a network that others made
 */
export function redefineNetwork(
  desired: Element,
  network: LibvirtNetwork | undefined,
  machineId: string,
): NetworkRedefinition {
  const outline = outlineOf(desired, NETWORK_IDENTITY);
  if (!network) {
    const name = valueAt(desired, 'name') ?? '';
    const next = withUuidAfterName(desired, uuidFrom(machineId, 'network', name));
    const definition = withRecord(next, [outline]);
    return { current: undefined, next, definition, recorded: false, nextLive: undefined };
  }
  const problem = otherNetwork(network, desired);
  if (problem !== undefined) throw new Failure(problem);
  const current = withoutApplied(network.definition);
  const lastApplied = childOf(recordIn(network.definition), 'network');
  const into = (before: Element) => merge({ current: before, desired, lastApplied }, NETWORK_RULES);
  const next = into(current);
  const nextLive = network.live && into(withoutChildren(network.live, 'metadata'));
  for (const one of [next, ...(nextLive ? [nextLive] : [])]) refuseSecondDefault(one, desired);
  return {
    current,
    next,
    definition: withRecord(next, [outline]),
    recorded: network.persistent && lastApplied !== undefined && sameNetwork(lastApplied, outline),
    nextLive,
  };
}

/** libvirt allows one default, and guests that name no portgroup get it. @throws Failure */
function refuseSecondDefault(next: Element, desired: Element): void {
  const desiredNames = new Set(childrenOf(desired, 'portgroup').map(({ attributes }) => attributes.name));
  const defaults = childrenOf(next, 'portgroup').filter(({ attributes }) => attributes.default === 'yes');
  const other = defaults.find(({ attributes }) => !desiredNames.has(attributes.name));
  if (desiredNames.size === 0 || !other || defaults.length < 2) return;
  const name = valueAt(next, 'name');
  throw new Failure(
    `portgroup '${other.attributes.name}', which others added to libvirt's network '${name}', is its default, and only one can be: remove default='yes' there (virsh net-edit ${name}; virsh net-update ${name} modify portgroup …)`,
  );
}
