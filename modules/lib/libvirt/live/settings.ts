import { childOf, type Element, valueAt } from '../../xml/element.ts';
import type { LiveChange, LivePlan } from './step.ts';

/** What of a domain beside its devices changes while it runs, by path: the command, and its flags before the value. */
const SETTINGS: Readonly<Record<string, readonly [command: string, ...flags: string[]]>> = {
  title: ['desc', '--title', '--new-desc'],
  description: ['desc', '--new-desc'],
  on_poweroff: ['set-lifecycle-action', '--type', 'poweroff', '--action'],
  on_reboot: ['set-lifecycle-action', '--type', 'reboot', '--action'],
  on_crash: ['set-lifecycle-action', '--type', 'crash', '--action'],
};

/** The change of a setting to its defined value. @returns undefined for one that can't change while the guest runs */
export function settingChange(path: string, live: Element, persistent: Element): LiveChange | undefined {
  const row = SETTINGS[path];
  if (!row) return undefined;
  const [command, ...flags] = row;
  const [now, next] = [live, persistent].map((domain) => childOf(domain, path)?.text.trim() ?? '');
  return {
    title: `set ${path}`,
    before: now ? `${path}: ${now}\n` : undefined,
    after: next ? `${path}: ${next}\n` : undefined,
    step: { act: 'call', about: path, command, flags: [...flags, next ?? ''] },
  };
}

const processors = (domain: Element) => {
  const most = Number(valueAt(domain, 'vcpu') ?? 1);
  return { most, on: Number(valueAt(domain, 'vcpu/@current') ?? most) };
};

/** Processors that are on, within the most that the guest was started with. */
export function planVcpus(live: Element, persistent: Element): LivePlan {
  const [now, next] = [processors(live), processors(persistent)];
  if (now.on === next.on || next.on > now.most) return { changes: [], pending: [] };
  const change = {
    title: `set vCPUs to ${next.on}`,
    before: `vCPUs: ${now.on}\n`,
    after: `vCPUs: ${next.on}\n`,
    step: { act: 'call' as const, about: 'vCPUs', command: 'setvcpus', flags: ['--count', String(next.on)] },
  };
  return { changes: [change], pending: [] };
}
