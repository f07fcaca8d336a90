import { type Element, withoutChildren } from '../../../xml/element.ts';
import { planDevices } from './devices.ts';
import { differencesOf, textOf } from './difference.ts';
import { planMemory } from './memory.ts';
import { planProcessors } from './processors.ts';
import { settingChange } from './settings.ts';
import { joined, type LivePlan } from './step.ts';

/**
 * What brings a running guest to its persistent definition, as far as that is possible while it runs. Pure.
 * @param live `dumpxml --security-info` of a domain that is on
 * @param persistent its definition as libvirt has it, or will have it: `dumpxml --inactive --security-info`
 */
export function planLive(live: Element, persistent: Element): LivePlan {
  const { changes, pending } = joined([
    planDevices(live, persistent),
    planMemory(live, persistent),
    planProcessors(live, persistent),
    planSettings(withoutChildren(live, 'devices'), withoutChildren(persistent, 'devices')),
  ]);
  return { changes, pending: [...new Set(pending)] };
}

const planSettings = (live: Element, persistent: Element): LivePlan =>
  joined(
    differencesOf(live, persistent, 'domain').map((difference) => {
      const change = settingChange(difference.path, live, persistent);
      return change
        ? { changes: [change], pending: [] }
        : { changes: [], pending: [`${textOf(difference)} can't be changed while the guest runs`] };
    }),
  );
