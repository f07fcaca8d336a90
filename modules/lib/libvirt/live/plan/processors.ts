import { type Element, valueAt } from '../../../xml/element.ts';
import type { LivePlan } from './step.ts';

/** The most vCPUs that a guest can have, and how many are online. */
export const processors = (domain: Element) => {
  const most = Number(valueAt(domain, 'vcpu') ?? 1);
  return { most, on: Number(valueAt(domain, 'vcpu/@current') ?? most) };
};

const NOTHING: LivePlan = { changes: [], pending: [] };

/**
 * Plans the number of online vCPUs, up to the maximum that the guest was started with. An emulated guest keeps its
 * vCPUs: libvirt never sees that one was removed (measured with QEMU 7.2).
 */
export function planProcessors(live: Element, persistent: Element): LivePlan {
  const [current, next] = [processors(live), processors(persistent)];
  if (current.on === next.on || next.on > current.most) return NOTHING;
  if (next.on < current.on && live.attributes.type === 'qemu') {
    return {
      changes: [],
      pending: [`vCPUs: ${current.on} → ${next.on} can't be changed while an emulated guest runs`],
    };
  }
  const change = {
    title: `set vCPUs to ${next.on}`,
    before: `vCPUs: ${current.on}\n`,
    after: `vCPUs: ${next.on}\n`,
    step: { act: 'processors' as const, count: next.on },
  };
  return { changes: [change], pending: [] };
}
