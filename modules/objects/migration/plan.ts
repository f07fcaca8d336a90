import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { DECLARED, declaredIn, idOf, PREFIX } from '../../lib/ovn/ids.ts';
import type { State } from '../../lib/ovn/observe.ts';
import { guardRow, type Operation, update } from '../../lib/ovn/operations.ts';
import type { Row } from '../../lib/ovn/tables.ts';
import type { Columns } from '../../lib/ovsdb/operations.ts';
import type { StringMap } from '../../lib/ovsdb/types.ts';
import type { MigrationOptions } from './options.ts';

/** Transactions, one after the other: each is carried out before the next one. */
export interface Step {
  readonly socket: string;
  readonly transactions: readonly (readonly Operation[])[];
  /** The hypervisors that nobody waits for. */
  readonly others: readonly string[];
}

const CHASSIS = 'requested-chassis';
const STRATEGY = 'activation-strategy';

/** The options of a port without those of a migration. */
function completed(options: StringMap): StringMap {
  const { [CHASSIS]: _chassis, [STRATEGY]: _strategy, ...others } = options;
  return others;
}

/** What a port gets. */
interface Stage extends Columns {
  readonly options: StringMap;
  readonly external_ids: StringMap;
}

/** external_ids of a port of a guest that is on another hypervisor now. */
const movedIds = (ids: StringMap, host: string): StringMap => ({
  ...ids,
  [`${PREFIX}host`]: host,
  [DECLARED]: JSON.stringify({ ...declaredIn(ids), host }),
});

/**
 * What a port gets, one after the other: ovn-nb(5). The first host is the main one. The strategy holds for the other: QEMU's RARP,
 * which it sends when the guest runs, activates the port there. At the end the new host is bound alone before nobody is requested:
 * else both could bind it.
 */
function stagesOf({ step, from, to, host }: MigrationOptions, row: Stage): readonly Stage[] {
  const { options, external_ids: ids } = row;
  const others = completed(options);
  switch (step) {
    case 'begin':
      return [{ options: { ...others, [CHASSIS]: `${from},${to}`, [STRATEGY]: 'rarp' }, external_ids: ids }];
    case 'end': {
      const last = { options: others, external_ids: movedIds(ids, host ?? to) };
      // Of a guest that was off nothing was requested.
      return same(others, options) ? [last] : [{ ...last, options: { ...others, [CHASSIS]: to } }, last];
    }
    case 'abandon':
      return [{ options: others, external_ids: ids }];
  }
}

const same = (a: StringMap, b: StringMap) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

const sameStage = (a: Stage, b: Stage) => same(a.options, b.options) && same(a.external_ids, b.external_ids);

interface Planned {
  readonly port: Row<'Logical_Switch_Port'>;
  readonly stages: readonly Stage[];
}

const stageOf = ({ options, external_ids }: Stage): Stage => ({ options, external_ids });

/** One transaction for each stage, of all ports together. */
function transactionsOf(ports: readonly Planned[]): Operation[][] {
  const stages = Math.max(0, ...ports.map((one) => one.stages.length));
  return Array.from({ length: stages }, (_, i) =>
    ports.flatMap(({ port, stages: all }) => {
      const [before, after] = [i === 0 ? stageOf(port) : all[i - 1], all[i]];
      if (!before || !after) return [];
      return [
        guardRow('Logical_Switch_Port', port._uuid, before),
        update('Logical_Switch_Port', port._uuid, after),
      ];
    }),
  );
}

/** The result of a step of a guest's move. */
export interface MigrationResult {
  /** The names of the ports that are changed. */
  readonly ports: readonly string[];
}

/** Plans which hypervisors bind the ports of a guest that moves. Pure. */
export function plan(options: MigrationOptions, state: State): Plan<Step, MigrationResult> {
  const { northbound, socket, chassis, unreachable } = state;
  const desired = new Set(options.ports);
  const isIts = ({ name, external_ids: ids }: Row<'Logical_Switch_Port'>) =>
    desired.has(name) && idOf(ids, 'guest') === options.guest;
  const ports = northbound.Logical_Switch_Port.filter(isIts).flatMap((port): Planned[] => {
    const stages = stagesOf(options, port);
    const last = stages.at(-1);
    return last && !sameStage(last, port) ? [{ port, stages }] : [];
  });
  const step: Step = {
    socket,
    transactions: transactionsOf(ports),
    others: chassis.map(({ name }) => name).filter((name) => name !== options.from && name !== options.to),
  };
  const nothing: Step = { ...step, transactions: [] };
  const changes = ports.map(({ port, stages }, i): Change<Step> => {
    const pick = ({ options: { [CHASSIS]: requested, [STRATEGY]: strategy }, external_ids: ids }: Stage) => ({
      host: idOf(ids, 'host'),
      ...(requested === undefined ? {} : { [CHASSIS]: requested }),
      ...(strategy === undefined ? {} : { [STRATEGY]: strategy }),
    });
    return {
      title: `port ${port.name}`,
      before: pick(port),
      after: pick(stages.at(-1) ?? port),
      step: i === 0 ? step : nothing,
    };
  });
  return {
    changes,
    missing: unreachable === undefined ? [] : [unreachable],
    result: { ports: ports.map(({ port }) => port.name) },
  };
}
