import { type Element, valueAt } from '../../../xml/element.ts';
import { devicesOf } from '../../devices.ts';
import { fieldOf, labelOf } from '../../label.ts';
import { definitionTexts } from '../../secrets.ts';
import { addressProblem, isInUse } from './address.ts';
import { type DeviceClasses, isHotpluggable, type UpdateMethod, updateMethodOf } from './classes.ts';
import { type Difference, differencesOf, textOf } from './difference.ts';
import { lookedInto, reattachedIn } from './notice.ts';
import { pairDevices } from './pairing.ts';
import { withParts } from './parts.ts';
import { joined, type LiveChange, type LivePlan, type Notice } from './step.ts';

/** Plans which devices of a running guest are detached, updated and attached. */
export function planDevices(
  classes: DeviceClasses,
  live: Element,
  persistent: Element,
  notice: Notice,
): LivePlan {
  const [current, next] = [devicesOf(live), devicesOf(persistent)];
  const names = [...new Set([...current, ...next].map(({ name }) => name))];
  const pairings = names.map((name) =>
    pairDevices(classes, name, devicesOf(live, name), devicesOf(persistent, name)),
  );
  const removed = pairings.flatMap(({ unmatched }) => unmatched);
  // Controllers first: a new disk may be on a new one.
  const added = pairings
    .flatMap((pairing) => pairing.added)
    .sort((a, b) => Number(b.name === 'controller') - Number(a.name === 'controller'));
  const reattached = reattachedIn(live, persistent, notice);
  const drive = lookedInto(live, persistent, notice);
  const kept = current.filter((device) => !(removed.includes(device) && isHotpluggable(classes, device)));
  return joined([
    ...removed.map((device) => planDetach(classes, device)),
    // One that is attached again gets all of its definition.
    ...pairings.flatMap(({ pairs }) =>
      [...pairs].flatMap(([one, other]) => (reattached.has(one) ? [] : [planUpdate(classes, one, other)])),
    ),
    ...planAttaches(added, kept, next, { classes, notice, drive }),
  ]);
}

const only = (change: LiveChange): LivePlan => ({ changes: [change], pending: [] });
const later = (...pending: string[]): LivePlan => ({ changes: [], pending });

function planDetach(classes: DeviceClasses, device: Element): LivePlan {
  const label = labelOf(device);
  // A spare PCI port is harmless.
  if (device.name === 'controller' && device.attributes.type === 'pci') return later();
  if (!isHotpluggable(classes, device)) return later(`${label} can't be removed while the guest runs`);
  const { after: before } = definitionTexts(undefined, device);
  return only({ title: `detach ${label}`, before, after: undefined, step: { act: 'detach', device } });
}

/** What the guest notices of interfaces, and the drive that it then looks into. */
interface Noticed {
  readonly classes: DeviceClasses;
  readonly notice: Notice;
  readonly drive: string | undefined;
}

function planAttaches(
  added: readonly Element[],
  kept: readonly Element[],
  next: readonly Element[],
  noticed: Noticed,
): LivePlan[] {
  const devices = [...kept];
  return added.map((device) => {
    const plan = planAttach(device, devices, next, noticed);
    if (plan.changes.length > 0) devices.push(device);
    return plan;
  });
}

function planAttach(
  device: Element,
  devices: readonly Element[],
  next: readonly Element[],
  { classes, notice: { configured, twice }, drive }: Noticed,
): LivePlan {
  const label = labelOf(device);
  // A device that needs a missing controller is pending itself; an unused controller needs no restart.
  if (device.name === 'controller' && (!isHotpluggable(classes, device) || !isInUse(device, next)))
    return later();
  if (!isHotpluggable(classes, device)) return later(`${label} can't be added while the guest runs`);
  const problem = addressProblem(device, devices);
  if (problem) return later(`${label} can't be added while the guest runs: ${problem}`);
  const { after } = definitionTexts(undefined, device);
  const mac = valueAt(device, 'mac/@address') ?? '';
  const isTwice = drive !== undefined && twice.has(mac);
  const looks = drive !== undefined && configured.has(mac) ? { drive, isTwice } : {};
  return only({
    title: `attach ${label}${isTwice ? ' twice' : ''}`,
    before: undefined,
    after,
    step: { act: 'attach', device, ...looks },
  });
}

function planUpdate(classes: DeviceClasses, live: Element, persistent: Element): LivePlan {
  const label = labelOf(persistent);
  const byMethod = new Map<UpdateMethod | undefined, Difference[]>();
  for (const difference of differencesOf(live, persistent, `domain/devices/${live.name}`)) {
    const method = updateMethodOf(classes, live, persistent, difference.path);
    byMethod.set(method, [...(byMethod.get(method) ?? []), difference]);
  }
  return joined(
    [...byMethod].map(([method, differences]) =>
      method === undefined
        ? later(...differences.map((one) => `${label}: ${textOf(one)} can't be changed while the guest runs`))
        : only(updateBy(method, live, persistent, differences)),
    ),
  );
}

function updateBy(
  method: UpdateMethod,
  live: Element,
  persistent: Element,
  differences: readonly Difference[],
): LiveChange {
  const paths = differences.map(({ path }) => path);
  const fields = [...new Set(paths.map((path) => fieldOf(path.split('/')[0] ?? path)))];
  return {
    title: `update ${labelOf(persistent)}: ${fields.join(', ')}`,
    ...definitionTexts(live, withParts(live, persistent, paths)),
    step: typeof method === 'function' ? method(live, persistent) : { act: method, live, persistent, paths },
  };
}
