import { type Element, withChildren } from '../../xml/element.ts';
import { fieldOf, labelOf } from '../label.ts';
import { definitionTexts } from '../secrets.ts';
import { isPluggable, type Way, wayOf } from './classes.ts';
import { type Difference, differencesOf } from './difference.ts';
import { lay } from './lay.ts';
import { planMemory } from './memory.ts';
import { pairDevices } from './pairing.ts';
import { devicesIn, isUsed, whyNoPlace } from './place.ts';
import { planProcessors } from './processors.ts';
import { settingChange } from './settings.ts';
import type { LiveChange, LivePlan } from './step.ts';

export type { LiveChange, LivePlan, LiveStep } from './step.ts';

const waits = (label: string, what: string) => `${label}: ${what} can't be changed while the guest runs`;

/** `model type cirrus → virtio`; only the place where a value may be secret or isn't one. */
function whatChanges({ path, live, persistent }: Difference): string {
  const values = [live, persistent].map((value) => value || 'none');
  const shown = /passwd/i.test(path) || (!live && !persistent) ? '' : ` ${values.join(' → ')}`;
  return `${fieldOf(path)}${shown}`;
}

/**
 * What brings a running guest to its persistent definition, as far as it can be brought there. Pure.
 * @param live `dumpxml --security-info` of a domain that is on
 * @param persistent the definition as libvirt has it, or will have it: `dumpxml --inactive --security-info`
 */
export function planLive(live: Element, persistent: Element): LivePlan {
  const plans = [
    planDevices(live, persistent),
    planMemory(live, persistent),
    planProcessors(live, persistent),
  ];
  const settings = planSettings(live, persistent);
  const all = [...plans, settings];
  return {
    changes: all.flatMap(({ changes }) => changes),
    pending: [...new Set(all.flatMap(({ pending }) => pending))],
  };
}

const withoutDevices = (domain: Element): Element =>
  withChildren(
    domain,
    domain.children.filter(({ name }) => name !== 'devices'),
  );

function planSettings(live: Element, persistent: Element): LivePlan {
  const [now, next] = [withoutDevices(live), withoutDevices(persistent)];
  const found = differencesOf(now, next, 'domain').map((difference) => ({
    difference,
    change: settingChange(difference.path, now, next),
  }));
  return {
    changes: found.flatMap(({ change }) => change ?? []),
    pending: found.flatMap(({ difference, change }) =>
      change ? [] : [`${whatChanges(difference)} can't be changed while the guest runs`],
    ),
  };
}

interface Devices {
  readonly gone: readonly Element[];
  readonly added: readonly Element[];
  readonly pairs: readonly (readonly [live: Element, persistent: Element])[];
}

function match(live: readonly Element[], persistent: readonly Element[]): Devices {
  const names = [...new Set([...live, ...persistent].map(({ name }) => name))];
  const named = (devices: readonly Element[], name: string) =>
    devices.filter((device) => device.name === name);
  const pairings = names.map((name) => pairDevices(name, named(live, name), named(persistent, name)));
  return {
    gone: pairings.flatMap(({ left }) => left),
    added: pairings.flatMap(({ added }) => added),
    pairs: pairings.flatMap(({ pairs }) => [...pairs]),
  };
}

function planDevices(live: Element, persistent: Element): LivePlan {
  const [now, next] = [devicesIn(live), devicesIn(persistent)];
  const { gone, added, pairs } = match(now, next);
  const plans = [
    ...gone.map((device) => planDetach(device)),
    ...pairs.map(([one, other]) => planUpdate(one, other)),
    ...planAttaches(
      // Controllers first: a disk that comes may be on one that comes.
      [...added].sort((a, b) => Number(b.name === 'controller') - Number(a.name === 'controller')),
      now.filter((device) => !(gone.includes(device) && isPluggable(device))),
      next,
    ),
  ];
  return {
    changes: plans.flatMap(({ changes }) => changes),
    pending: plans.flatMap(({ pending }) => pending),
  };
}

const only = (change: LiveChange): LivePlan => ({ changes: [change], pending: [] });
const later = (...pending: string[]): LivePlan => ({ changes: [], pending });

function planDetach(device: Element): LivePlan {
  const label = labelOf(device);
  // A port for devices that nothing is in harms nobody.
  if (device.name === 'controller' && device.attributes.type === 'pci') return later();
  if (!isPluggable(device)) return later(`${label} can't be removed while the guest runs`);
  const { after: before } = definitionTexts(undefined, device);
  return only({ title: `detach ${label}`, before, after: undefined, step: { act: 'detach', device } });
}

function planAttaches(
  added: readonly Element[],
  there: readonly Element[],
  next: readonly Element[],
): LivePlan[] {
  const present = [...there];
  return added.map((device) => {
    const plan = planAttach(device, present, next);
    if (plan.changes.length > 0) present.push(device);
    return plan;
  });
}

function planAttach(device: Element, there: readonly Element[], next: readonly Element[]): LivePlan {
  const label = labelOf(device);
  // What needs a controller that the guest doesn't have says so itself; one that is spare is no reason for a restart.
  if (device.name === 'controller' && (!isPluggable(device) || !isUsed(device, next))) return later();
  if (!isPluggable(device)) return later(`${label} can't be added while the guest runs`);
  const reason = whyNoPlace(device, there);
  if (reason) return later(`${label} can't be added while the guest runs: ${reason}`);
  const { after } = definitionTexts(undefined, device);
  return only({ title: `attach ${label}`, before: undefined, after, step: { act: 'attach', device } });
}

function planUpdate(live: Element, persistent: Element): LivePlan {
  const label = labelOf(persistent);
  const found = differencesOf(live, persistent, `domain/devices/${live.name}`);
  const ways = new Map<Way | undefined, Difference[]>();
  for (const difference of found) {
    const way = wayOf(live, persistent, difference.path);
    ways.set(way, [...(ways.get(way) ?? []), difference]);
  }
  const stuck = ways.get(undefined) ?? [];
  const changes = [...ways].flatMap(([way, differences]) =>
    way === undefined
      ? []
      : [
          change(
            label,
            live,
            persistent,
            way,
            differences.map(({ path }) => path),
          ),
        ],
  );
  return { changes, pending: stuck.map((difference) => waits(label, whatChanges(difference))) };
}

function change(
  label: string,
  live: Element,
  persistent: Element,
  way: Way,
  paths: readonly string[],
): LiveChange {
  const parts = [...new Set(paths.map((path) => fieldOf(path.split('/')[0] ?? path)))];
  return {
    title: `update ${label}: ${parts.join(', ')}`,
    ...definitionTexts(live, lay(live, persistent, paths)),
    step: typeof way === 'function' ? way(live, persistent) : { act: way, live, persistent, paths },
  };
}
