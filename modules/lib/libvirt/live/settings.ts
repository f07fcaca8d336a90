import { childOf, type Element } from '../../xml/element.ts';
import type { LiveChange } from './step.ts';

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
    step: {
      act: 'call',
      about: path,
      command,
      flags: [...flags.slice(0, -1), `${flags.at(-1)}=${next ?? ''}`],
    },
  };
}
