import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { OptionError, optionAt } from '../../lib/failure.ts';
import { type LinkPlan, planLinks } from '../../lib/link/plan/plan.ts';
import type { LinkStep } from '../../lib/link/step.ts';
import { planTopology, type TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import type { DesiredPort, Topology } from '../../lib/ovs/plan/topology.ts';
import type { Writing } from '../../lib/ovs/transact.ts';
import type { RestorePoint } from '../../lib/rollback/restore-point.ts';
import { completionOf, type Giving, givingsOf, returning } from './giving.ts';
import { desiredLinks, leftBehind } from './links.ts';
import type { Net, State } from './observe.ts';
import { restorePointOf, takingOf } from './uplink.ts';

/**
 * The first change arms the rollback and has the whole transaction; the last one has all interfaces and files, and ends a rollback that
 * needs no confirmation.
 */
export interface Step {
  /** The rollback that is armed during the step. */
  readonly back?: RestorePoint;
  readonly arms?: boolean;
  readonly ends?: boolean;
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
  const { givings, warnings } = givingsOf(rows, desired, net);
  const warned = (plan: LinkPlan) => ({ ...plan, warnings: [...plan.warnings, ...warnings] });
  const taking = takingOf(rows, desired, net);
  if (taking) {
    refuseBoth(taking.port, givings);
    const plan = planLinks(taking.links, net.links, net.kept, taking.edits);
    return { plan: warned(plan), back: restorePointOf(taking, plan, net, rows.index) };
  }
  const given = returning(givings, desired);
  const plan = planLinks(given, net.links, net.kept);
  return { plan: warned(plan), back: completionOf(givings, given, net, rows) };
}

// One rollback can't undo one and complete the other.
function refuseBoth({ at }: DesiredPort, [giving]: readonly Giving[]): void {
  if (!giving) return;
  const { nic, bridge } = giving;
  const problem = `the task also gives '${nic.port}' the addresses of '${bridge}' back: use another task for this one`;
  throw new OptionError(optionAt(at, 'take_address'), problem);
}

/** What a task says of a change of the uplink that is to be confirmed. */
export interface RollbackResult {
  /** @see RestorePoint: the interface, and the time until it is put back */
  readonly rollback?: { readonly port: string; readonly seconds: number };
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
): Plan<Step, RollbackResult> & { rows: TopologyPlan } {
  const { database, devices, net, socket, unreachable } = state;
  const rows = planTopology(topology, database, devices);
  const { plan: links, back } = net ? linksOf(rows, net) : { plan: NO_LINKS, back: undefined };
  const toConfirm = back?.undoes ? undefined : back;
  const { operations, interfaces } = rows;
  const writing = operations.length > 0 ? { writing: { socket, timeout, operations, interfaces } } : {};
  const unconfirmed = toConfirm ?? net?.rollback?.pending;
  return {
    rows,
    changes: withSteps(
      [...(toConfirm ? [armed(toConfirm)] : []), ...rows.changes, ...links.changes],
      { ...(back && { arms: true }), ...writing },
      { ends: true, ...(links.step && { links: links.step }) },
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
