import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { type LinkPlan, planLinks } from '../../lib/link/plan/plan.ts';
import type { LinkStep } from '../../lib/link/step.ts';
import { planTopology, type TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import type { Topology } from '../../lib/ovs/plan/topology.ts';
import type { Writing } from '../../lib/ovs/transact.ts';
import type { RestorePoint } from '../../lib/rollback/restore-point.ts';
import { desiredLinks, leftBehind } from './links.ts';
import type { Net, State } from './observe.ts';
import { restorePointOf, takingOf } from './uplink.ts';

/** The first change arms the rollback and has the whole transaction; the last one has all interfaces and files. */
export interface Step {
  /** The rollback that is armed during the step. */
  readonly back?: RestorePoint;
  readonly arms?: boolean;
  readonly writing?: Writing;
  readonly links?: LinkStep;
}

interface Links {
  readonly plan: LinkPlan;
  readonly back: RestorePoint | undefined;
}

const NO_LINKS: LinkPlan = { changes: [], step: undefined, missing: [], warnings: [] };

function linksOf(rows: TopologyPlan, net: Net): Links {
  const ofPorts = desiredLinks(rows);
  const desired = [...ofPorts, ...leftBehind(rows, net.kept, ofPorts)];
  const taking = takingOf(rows, desired, net);
  if (!taking) return { plan: planLinks(desired, net.links, net.kept), back: undefined };
  const plan = planLinks(taking.links, net.links, net.kept, taking.edits);
  return { plan, back: restorePointOf(taking, plan, net, rows.index) };
}

/**
 * Plans the transaction, the interfaces and their files. Pure.
 * @param timeout seconds, for each of the database and vswitchd
 * @throws OptionError
 */
export function planTask(
  topology: Topology,
  state: State,
  timeout: number,
): Plan<Step> & { rows: TopologyPlan } {
  const { database, devices, net, socket, unreachable } = state;
  const rows = planTopology(topology, database, devices);
  const { plan: links, back } = net ? linksOf(rows, net) : { plan: NO_LINKS, back: undefined };
  const { operations, interfaces } = rows;
  const writing = operations.length > 0 ? { writing: { socket, timeout, operations, interfaces } } : {};
  const unconfirmed = back ?? net?.rollback?.pending;
  return {
    rows,
    changes: withSteps(
      [...(back ? [armed(back)] : []), ...rows.changes, ...links.changes],
      { ...(back && { arms: true }), ...writing },
      links.step ? { links: links.step } : {},
      back ? { back } : {},
    ),
    missing: [...(unreachable ? [unreachable] : []), ...rows.missing, ...links.missing],
    warnings: [...rows.warnings, ...links.warnings],
    ...(unconfirmed && { result: { rollback: { port: unconfirmed.nic, seconds: unconfirmed.seconds } } }),
  };
}

const armed = ({ nic, seconds }: RestorePoint) => ({
  title: `put ${nic} back unless ovs_confirm is run in time`,
  before: undefined,
  after: { rollback_timeout: seconds },
});

const withSteps = (
  described: readonly Omit<Change<Step>, 'step'>[],
  first: Step,
  last: Step,
  all: Step,
): Change<Step>[] =>
  described.map((change, i) => ({
    ...change,
    step: { ...all, ...(i === 0 && first), ...(i === described.length - 1 && last) },
  }));
