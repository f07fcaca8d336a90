import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { type Guard, guarded } from '../../lib/host/guarded.ts';
import type { Host } from '../../lib/host/host.ts';
import { applyLinks } from '../../lib/link/apply.ts';
import type { TopologyPlan } from '../../lib/ovs/plan/plan.ts';
import type { Topology } from '../../lib/ovs/plan/topology.ts';
import { NotWritten, type Writing, writeTransaction } from '../../lib/ovs/transact.ts';
import { arm, finish } from '../../lib/rollback/arm.ts';
import { whileArmed } from '../../lib/rollback/guard.ts';
import type { RestorePoint } from '../../lib/rollback/restore-point.ts';
import { observe, type State } from './observe.ts';
import type { ConnectionOptions } from './options.ts';
import { planTask, type RollbackResult, type Step } from './plan.ts';

/** What makes one of the objects out of the engine. */
export interface Face<Options, Result extends object> {
  readonly key: (options: Options) => string;
  /** @throws OptionError */
  readonly topology: (options: Options) => Topology;
  readonly result: (options: Options, topology: Topology, plan: TopologyPlan) => Result;
}

/** @param guard holds the lock of the rollback meanwhile */
async function write(host: Host, writing: Writing, guard: Guard, back?: RestorePoint): Promise<void> {
  try {
    await guard(() => writeTransaction(host, writing));
  } catch (error) {
    // Nothing is to be completed.
    if (back?.undoes && error instanceof NotWritten) await finish(host);
    throw error;
  }
}

/** An object that makes a part of Open vSwitch as its options describe it: one read, one atomic write. */
export function topologyObject<Options extends ConnectionOptions, Result extends object>(
  face: Face<Options, Result>,
): ObjectKind<Options, State, Step, Result & RollbackResult> {
  return {
    key: face.key,
    check: face.topology,
    observe: (host, items) =>
      Promise.all(items.map((options) => observe(host, options, face.topology(options)))),
    plan: (options, state) => {
      const topology = face.topology(options);
      const { rows, result, ...plan } = planTask(topology, state, options.timeout);
      return { ...plan, result: { ...face.result(options, topology, rows), ...result } };
    },
    apply: async (host, { back, arms, ends, writing, links }) => {
      if (back && arms) await arm(host, back);
      const guard: Guard = back ? whileArmed(host, back) : (act) => act();
      if (writing) await write(host, writing, guard, back);
      if (links) await applyLinks(back ? guarded(host, guard) : host, links);
      if (back?.undoes && ends) await finish(host);
      return undefined;
    },
  };
}
