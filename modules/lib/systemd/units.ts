import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** A unit as systemd has it. */
export interface Unit {
  readonly active: boolean;
  /** It starts at boot. */
  readonly enabled: boolean;
  /** Its file has changed since systemd read it. */
  readonly stale: boolean;
}

const NONE: Unit = { active: false, enabled: false, stale: false };

/** Where the files of units are that an administrator, or a program for them, adds. */
export const UNIT_DIRECTORY = '/etc/systemd/system';

const PROPERTIES = ['Id', 'ActiveState', 'SubState', 'UnitFileState', 'NeedDaemonReload'];

function unitOf(block: string): [string, Unit] {
  const values = new Map(
    block.split('\n').map((line) => [line.split('=')[0], line.slice(line.indexOf('=') + 1)]),
  );
  return [
    values.get('Id') ?? '',
    {
      // One that fails again and again is activating, too.
      active:
        ['active', 'activating', 'reloading'].includes(values.get('ActiveState') ?? '') &&
        values.get('SubState') !== 'auto-restart',
      enabled: values.get('UnitFileState') === 'enabled',
      stale: values.get('NeedDaemonReload') === 'yes',
    },
  ];
}

/** The state of some units by name, of units that don't exist too: one process. @throws Failure */
export async function readUnits(host: Host, names: readonly string[]): Promise<(name: string) => Unit> {
  if (names.length === 0) return () => NONE;
  const shown = await runOrFail(host, 'systemctl', [
    'show',
    `--property=${PROPERTIES.join()}`,
    '--',
    ...names,
  ]);
  const units = new Map(shown.trim().split('\n\n').map(unitOf));
  return (name) => units.get(name) ?? NONE;
}

/**
 * The state of some units by name, as systemd calls it: `active`, `inactive`, `failed`, `activating`. One process; none for no unit.
 * @throws Failure
 */
export async function readStates(host: Host, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const shown = await runOrFail(host, 'systemctl', ['show', '--property=Id,ActiveState', '--', ...names]);
  const valueIn = (block: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
  return new Map(
    shown
      .trim()
      .split('\n\n')
      .map((block) => [valueIn(block, 'Id'), valueIn(block, 'ActiveState')]),
  );
}

/** What is done to units, in the order of the fields. */
export interface UnitStep {
  /** Systemd reads the files of units again. */
  readonly reload: boolean;
  /** Units that are stopped, and no longer start at boot. */
  readonly disable: readonly string[];
  /** Units that start at boot. */
  readonly enable: readonly string[];
  readonly restart: readonly string[];
}

/** @throws Failure with what systemctl said */
export async function applyUnits(host: Host, { reload, disable, enable, restart }: UnitStep): Promise<void> {
  if (disable.length > 0)
    await runOrFail(host, 'systemctl', ['--quiet', 'disable', '--now', '--', ...disable]);
  if (reload) await runOrFail(host, 'systemctl', ['daemon-reload']);
  if (enable.length > 0) await runOrFail(host, 'systemctl', ['--quiet', 'enable', '--', ...enable]);
  if (restart.length > 0) await runOrFail(host, 'systemctl', ['restart', '--', ...restart]);
}
