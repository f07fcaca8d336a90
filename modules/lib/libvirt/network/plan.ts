import { inOrderOf } from '../../xml/canonical.ts';
import type { Element } from '../../xml/element.ts';
import { serialiseXml } from '../../xml/serialise.ts';
import { withoutApplied } from '../applied.ts';
import { planLive } from './live.ts';
import type { LibvirtNetwork } from './read.ts';
import { isOurs, redefineNetwork, sameNetwork } from './redefine.ts';
import { NETWORK_IDENTITY } from './rules.ts';
import type { NetworkChange } from './step.ts';

const textOf = (definition: Element) => serialiseXml(withoutApplied(definition));

// To adopt a network changes nothing but the record in its metadata, which a diff doesn't show.
const ADOPTION = { before: 'not managed by this task\n', after: 'managed by this task\n' };

/**
 * Plans a network of libvirt's: defined, active, and started at boot. Pure.
 * @param desired the definition, without what libvirt adds
 * @param network undefined where libvirt has none of that name
 * @throws Failure for a network that others made
 */
export function planLibvirtNetwork(
  name: string,
  desired: Element,
  network: LibvirtNetwork | undefined,
  machineId: string,
): NetworkChange[] {
  const { current, next, definition, recorded, nextLive } = redefineNetwork(desired, network, machineId);
  const live = network?.live && nextLive ? planLive(name, network.live, nextLive) : [];
  const restarts = live.some(({ step }) => step.act === 'restart');
  return [
    // Portgroups before the definition, and a restart after it: a run that was killed in between is then completed.
    ...(restarts ? [] : live),
    ...planDefinition(name, { current, next, definition, recorded }),
    ...(restarts ? live : []),
    ...(network?.live
      ? []
      : [
          {
            title: `start libvirt network ${name}`,
            before: { active: false },
            after: { active: true },
            step: { act: 'start' as const },
          },
        ]),
    // A transient network has no autostart.
    ...(network?.autostart && network.persistent
      ? []
      : [
          {
            title: `autostart libvirt network ${name}`,
            before: { autostart: false },
            after: { autostart: true },
            step: { act: 'autostart' as const },
          },
        ]),
  ];
}

function planDefinition(
  name: string,
  {
    current,
    next,
    definition,
    recorded,
  }: { current: Element | undefined; next: Element; definition: Element; recorded: boolean },
): NetworkChange[] {
  const step = { act: 'define' as const, xml: serialiseXml(definition) };
  if (!current)
    return [{ title: `define libvirt network ${name}`, before: undefined, after: serialiseXml(next), step }];
  if (!sameNetwork(current, next))
    return [
      {
        title: `redefine libvirt network ${name}`,
        before: serialiseXml(current),
        after: serialiseXml(inOrderOf(current, next, NETWORK_IDENTITY)),
        step,
      },
    ];
  return recorded ? [] : [{ title: `adopt libvirt network ${name}`, ...ADOPTION, step }];
}

/** Plans the removal of a network that tasks defined; one of others is kept. Pure. */
export function planNoLibvirtNetwork(network: LibvirtNetwork | undefined): NetworkChange[] {
  if (!network || !isOurs(network)) return [];
  const { name, live, definition, persistent } = network;
  return [
    ...(live
      ? [
          {
            title: `stop libvirt network ${name}`,
            before: { active: true },
            after: { active: false },
            step: { act: 'stop' as const },
          },
        ]
      : []),
    // A transient network is undefined when it is stopped.
    ...(persistent
      ? [
          {
            title: `undefine libvirt network ${name}`,
            before: textOf(definition),
            after: undefined,
            step: { act: 'undefine' as const },
          },
        ]
      : []),
  ];
}
