import { type Element, sameElement, withoutChildren } from '../../xml/element.ts';
import { pairItems } from '../../xml/pair.ts';
import { serialiseXml } from '../../xml/serialise.ts';
import { sameNetwork } from './redefine.ts';
import { NETWORK_IDENTITY } from './rules.ts';
import type { NetworkChange } from './step.ts';

const PORTGROUP = 'portgroup';

const portgroupsOf = ({ children }: Element) => children.filter(({ name }) => name === PORTGROUP);

function change(
  name: string,
  command: 'add-last' | 'modify' | 'delete',
  before: Element | undefined,
  after: Element | undefined,
): NetworkChange {
  const portgroup = (after ?? before) as Element;
  return {
    title: `update portgroup ${portgroup.attributes.name} of the active libvirt network ${name}`,
    before: before && serialiseXml(before),
    after: after && serialiseXml(after),
    step: { act: 'update', command, portgroup: serialiseXml(portgroup) },
  };
}

/**
 * Plans what brings an active network to its new state. A portgroup changes while the network is active; anything else
 * needs a restart of it. Pure.
 */
export function planLive(name: string, live: Element, next: Element): NetworkChange[] {
  const before = withoutChildren(live, 'metadata');
  const rest = (from: Element) => withoutChildren(from, PORTGROUP);
  if (!sameNetwork(rest(before), rest(next)))
    return [
      {
        title: `restart libvirt network ${name}`,
        before: serialiseXml(before),
        after: serialiseXml(next),
        step: { act: 'restart' },
      },
    ];
  const rule = NETWORK_IDENTITY['network/portgroup'];
  if (rule === undefined || rule === 'atomic') return [];
  const { pairs, added, unmatched } = pairItems(portgroupsOf(before), portgroupsOf(next), rule);
  return [
    // Removed first: only one portgroup can be the default.
    ...unmatched.map((one) => change(name, 'delete', one, undefined)),
    ...[...pairs].flatMap(([one, other]) =>
      sameElement(one, other) ? [] : [change(name, 'modify', one, other)],
    ),
    ...added.map((one) => change(name, 'add-last', undefined, one)),
  ];
}
