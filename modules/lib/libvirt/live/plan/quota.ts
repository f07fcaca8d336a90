import { childOf, type Element, valueAt, withChildren } from '../../../xml/element.ts';
import type { LivePlan } from './step.ts';

/** The time on the host's processors that libvirt may give in each period, in microseconds (formatdomain, "CPU Tuning"). */
export const PERIOD = 100_000;

/** How libvirt writes that there is no limit. */
const NONE = -1;

interface Quota {
  readonly quota: number;
  readonly period: number;
}

function quotaOf(domain: Element): Quota {
  const at = (name: string) => Number(valueAt(domain, `cputune/${name}`) ?? 0);
  const quota = at('quota');
  return { quota: quota > 0 ? quota : NONE, period: at('period') || PERIOD };
}

const shown = ({ quota, period }: Quota): string => (quota === NONE ? 'no limit' : String(quota / period));

/** The processors whose time a container may have, by its quota; undefined of one without a quota. */
export function quotaIn(domain: Element): number | undefined {
  const { quota, period } = quotaOf(domain);
  return quota === NONE ? undefined : quota / period;
}

/** Plans the time that a running container has on the host's processors. */
export function planQuota(live: Element, persistent: Element): LivePlan {
  const [current, next] = [quotaOf(live), quotaOf(persistent)];
  const isSame = current.quota === next.quota && (next.quota === NONE || current.period === next.period);
  if (isSame) return { changes: [], pending: [] };
  const change = {
    title: `limit vCPUs to ${shown(next)}`,
    before: `vCPUs: ${shown(current)}\n`,
    after: `vCPUs: ${shown(next)}\n`,
    step: {
      act: 'call' as const,
      about: 'vCPUs',
      command: 'schedinfo',
      flags: [`vcpu_period=${next.period}`, `vcpu_quota=${next.quota}`],
    },
  };
  return { changes: [change], pending: [] };
}

/** A container's definition without its quota, and without the number of its processors, which limits nothing. */
export function withoutQuota(domain: Element): Element {
  const tune = childOf(domain, 'cputune');
  const rest = tune?.children.filter(({ name }) => name !== 'quota' && name !== 'period') ?? [];
  return withChildren(
    domain,
    domain.children.flatMap((child) => {
      if (child.name === 'vcpu') return [];
      if (child !== tune) return [child];
      return rest.length > 0 ? [withChildren(child, rest)] : [];
    }),
  );
}
