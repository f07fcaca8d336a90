import type { Host } from '../../host/host.ts';
import { type Element, valueAt } from '../../xml/element.ts';
import { attempt, type Target } from './guest.ts';
import { settle } from './settle.ts';
import type { LivePlan } from './step.ts';

/** How many there can be, and how many are on. */
const processors = (domain: Element) => {
  const most = Number(valueAt(domain, 'vcpu') ?? 1);
  return { most, on: Number(valueAt(domain, 'vcpu/@current') ?? most) };
};

const NOTHING: LivePlan = { changes: [], pending: [] };

/**
 * Processors that are on, within the most that the guest was started with. An emulated one never ends for libvirt when
 * it is taken away (measured with QEMU 7.2), so emulated guests keep theirs.
 */
export function planProcessors(live: Element, persistent: Element): LivePlan {
  const [now, next] = [processors(live), processors(persistent)];
  if (now.on === next.on || next.on > now.most) return NOTHING;
  if (next.on < now.on && live.attributes.type === 'qemu') {
    return {
      changes: [],
      pending: [`vCPUs: ${now.on} → ${next.on} can't be changed while an emulated guest runs`],
    };
  }
  const change = {
    title: `set vCPUs to ${next.on}`,
    before: `vCPUs: ${now.on}\n`,
    after: `vCPUs: ${next.on}\n`,
    step: { act: 'processors' as const, count: next.on },
  };
  return { changes: [change], pending: [] };
}

/** libvirt waits for seconds, and a busy guest needs more. */
const SLOW = /unplug request timed out/;

/**
 * Sets how many processors of a guest are on, and waits until it has let go of those that go.
 * @returns why there are more
 */
export async function setProcessors(host: Host, target: Target, count: number): Promise<string | undefined> {
  const refused = await attempt(host, target, 'setvcpus', '--live', '--count', String(count));
  if (refused === undefined || !SLOW.test(refused)) return refused;
  const domain = await settle(host, target, target.detachTimeout, (one) => processors(one).on <= count);
  return processors(domain).on <= count ? undefined : 'the guest did not let go of its processors';
}
