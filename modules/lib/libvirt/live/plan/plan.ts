import { type Element, withoutChildren } from '../../../xml/element.ts';
import { type Driver, driverIn } from '../../driver.ts';
import { DEVICES } from './classes.ts';
import { planDevices } from './devices.ts';
import { differencesOf, textOf } from './difference.ts';
import { planLimit, planMemory } from './memory.ts';
import { planMedium, planReattached } from './notice.ts';
import { planProcessors } from './processors.ts';
import { planQuota, withoutQuota } from './quota.ts';
import { settingChange } from './settings.ts';
import { joined, type LivePlan, NO_NOTICE, type Notice } from './step.ts';

/**
 * What brings a running guest to its persistent definition, as far as that is possible while it runs. Pure.
 * @param live `dumpxml --security-info` of a domain that is on
 * @param persistent its definition as libvirt has it, or will have it: `dumpxml --inactive --security-info`
 * @param notice what the guest is to notice beside
 */
export function planLive(live: Element, persistent: Element, notice: Notice = NO_NOTICE): LivePlan {
  const driver = driverIn(live);
  const { changes, pending } = joined([
    // Before an interface is attached: the guest looks for it in its seed at that moment.
    planMedium(live, persistent, notice),
    // And these before others come or go: cloud-init's hook has to be idle.
    planReattached(live, persistent, notice),
    planDevices(DEVICES[driver.name], live, persistent, notice),
    driver.memory === 'limit' ? planLimit(live, persistent) : planMemory(live, persistent),
    driver.processors === 'quota' ? planQuota(live, persistent) : planProcessors(live, persistent),
    planSettings(driver, live, persistent),
  ]);
  return { changes, pending: [...new Set(pending)] };
}

/** What other plans see to. */
function withoutPlanned({ processors }: Driver, domain: Element): Element {
  const rest = withoutChildren(domain, 'devices');
  return processors === 'quota' ? withoutQuota(rest) : rest;
}

const planSettings = (driver: Driver, live: Element, persistent: Element): LivePlan =>
  joined(
    differencesOf(withoutPlanned(driver, live), withoutPlanned(driver, persistent), 'domain').map(
      (difference) => {
        const change = settingChange(driver.name, difference.path, live, persistent);
        return change
          ? { changes: [change], pending: [] }
          : { changes: [], pending: [`${textOf(difference)} can't be changed while the guest runs`] };
      },
    ),
  );
