import { childOf, type Element } from '../../../xml/element.ts';
import type { Driver } from '../../driver.ts';
import type { LiveChange } from './step.ts';

/** Settings that can be changed while the guest runs, by path: the command, and its flags up to the value. */
type Settings = Readonly<Record<string, readonly [command: string, ...flags: string[]]>>;

/** Those of a container. */
const LXC_SETTINGS: Settings = {
  title: ['desc', '--title', '--new-desc'],
  description: ['desc', '--new-desc'],
};

/** Those of a virtual machine. */
const QEMU_SETTINGS: Settings = {
  ...LXC_SETTINGS,
  on_poweroff: ['set-lifecycle-action', '--type', 'poweroff', '--action'],
  on_reboot: ['set-lifecycle-action', '--type', 'reboot', '--action'],
  on_crash: ['set-lifecycle-action', '--type', 'crash', '--action'],
};

/** Those of a driver. */
const SETTINGS: Readonly<Record<Driver['name'], Settings>> = { qemu: QEMU_SETTINGS, lxc: LXC_SETTINGS };

/** The change of a setting to its defined value. @returns undefined where it can't be changed while the guest runs */
export function settingChange(
  driver: Driver['name'],
  path: string,
  live: Element,
  persistent: Element,
): LiveChange | undefined {
  const row = SETTINGS[driver][path];
  if (!row) return undefined;
  const [command, ...flags] = row;
  const [current, next] = [live, persistent].map((domain) => childOf(domain, path)?.text.trim() ?? '');
  return {
    title: `set ${path}`,
    before: current ? `${path}: ${current}\n` : undefined,
    after: next ? `${path}: ${next}\n` : undefined,
    step: {
      act: 'call',
      about: path,
      command,
      flags: [...flags.slice(0, -1), `${flags.at(-1)}=${next ?? ''}`],
    },
  };
}
