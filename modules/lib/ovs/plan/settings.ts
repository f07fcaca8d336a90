import { OptionError } from '../../failure.ts';
import { ROOT_COLUMNS } from '../rows/columns.ts';
import { planRow } from '../rows/row.ts';
import type { Database } from '../tables.ts';
import { type Piece, together, updateRow } from './pieces.ts';
import type { Topology } from './topology.ts';

// ovs-ctl(8) sets these each time that it starts Open vSwitch.
const OF_THE_START: Readonly<Record<string, string>> = {
  'system-id': 'it is read from /etc/openvswitch/system-id.conf when Open vSwitch starts: write it there',
  rundir: 'Open vSwitch sets it when it starts',
};

/** Plans the settings of Open vSwitch itself, in its one row. Pure. @throws OptionError for a key that would not stay */
export function planSettings({ settings }: Topology, { root }: Database): Piece {
  if (!settings) return {};
  for (const key of Object.keys((settings.external_ids ?? {}) as object)) {
    const reason = OF_THE_START[key];
    if (reason) throw new OptionError(`settings.external_ids.${key}`, `can't be set: ${reason}`);
  }
  const plan = planRow(ROOT_COLUMNS, 'Open_vSwitch', settings, root);
  if (Object.keys(plan.values).length === 0) return {};
  const { before, after } = plan;
  return together([
    updateRow('Open_vSwitch', root, plan),
    { changes: [{ title: 'change the settings of Open vSwitch', before, after }] },
  ]);
}
