import { dirname } from 'node:path/posix';
import type { Change, ObjectKind, Plan } from '../../lib/ansible/plan.ts';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import type { State as TopologyState } from '../topology/observe.ts';
import type { Step as TopologyStep } from '../topology/plan.ts';
import { topology } from '../topology/topology.ts';
import { filesOf } from './names.ts';
import { hostAddresses } from './network-of.ts';
import type { NetworkOptions } from './options.ts';
import { type Leg, legOf, topologyOfLegs } from './ovn-leg.ts';
import { DIRECTORY, knownOf, type OvnRecord, recordIn, recordPath, recordText } from './ovn-record.ts';
import type { NetworkResult } from './plan.ts';

/** What this host has of a network of OVN. */
export interface OvnState {
  readonly text: string | undefined;
  /** A network of this name that the host makes itself. */
  readonly isLocal: boolean;
  /** Read where the host has, or had, an interface in it. */
  readonly topology: TopologyState | Error | undefined;
}

/** The record, or the host's interface. */
export type OvnStep =
  | { readonly part: 'record'; readonly text: string | undefined }
  | { readonly part: 'leg'; readonly step: TopologyStep };

type Former = OvnRecord | undefined;

const formerOf = (name: string, text: string | undefined): Former =>
  text === undefined ? undefined : recordIn(text, recordPath(name));

// The task writes a record that can't be read again.
function formerIfValid(name: string, text: string | undefined): Former {
  try {
    return formerOf(name, text);
  } catch {
    return undefined;
  }
}

/** The host's interface as it is to be, and the one that is to go. */
function topologyFor(item: NetworkOptions, leg: Leg | undefined, former: Former) {
  const removed =
    former?.interface !== undefined && former.interface !== leg?.device ? [former.interface] : [];
  if (!leg && removed.length === 0) return undefined;
  return topologyOfLegs(leg ? [leg] : [], removed, item);
}

async function observeOne(host: Host, item: NetworkOptions): Promise<OvnState> {
  const { name } = item;
  const [text, isLocal] = await Promise.all([
    readText(host, recordPath(name)),
    host.stat(filesOf(name).record),
  ]);
  const desired = topologyFor(item, legOf(item), formerIfValid(name, text));
  const [seen] = desired ? await topology.observe(host, [desired]) : [];
  return { text, isLocal: isLocal !== undefined, topology: seen };
}

function planLeg(item: NetworkOptions, leg: Leg | undefined, state: OvnState): Plan<OvnStep, object> {
  const desired = topologyFor(item, leg, formerIfValid(item.name, state.text));
  if (!desired || !state.topology) return { changes: [] };
  if (state.topology instanceof Error) throw state.topology;
  const { changes, ...rest } = topology.plan(desired, state.topology);
  return {
    ...rest,
    changes: changes.map((change) => ({ ...change, step: { part: 'leg', step: change.step } })),
  };
}

function planRecord(
  item: NetworkOptions,
  leg: Leg | undefined,
  { text }: OvnState,
): readonly Change<OvnStep>[] {
  const after = item.state === 'absent' ? undefined : recordText(item, leg?.device);
  if (after === text) return [];
  const title = recordPath(item.name);
  return [{ title, before: text, after, step: { part: 'record', text: after } }];
}

/** Pure. @throws Failure */
function plan(item: NetworkOptions, state: OvnState): Plan<OvnStep, NetworkResult> {
  const { name } = item;
  if (state.isLocal && item.state === 'present')
    throw new Failure(
      `this host makes a network '${name}' itself: remove that first, by 'engine: local' and 'state: absent'`,
    );
  const leg = legOf(item);
  const ofLeg = planLeg(item, leg, state);
  const record = planRecord(item, leg, state);
  const former = formerIfValid(name, state.text)?.interface;
  const leaves = former !== undefined && former !== leg?.device;
  return {
    ...ofLeg,
    // By its record an interface is found again, whatever a killed run has made of it.
    changes: leaves ? [...ofLeg.changes, ...record] : [...record, ...ofLeg.changes],
    result: {
      name,
      interface: leg?.device ?? '',
      gateway: item.state === 'absent' ? [] : hostAddresses(knownOf(item).network),
    },
  };
}

async function apply(host: Host, step: OvnStep, item: NetworkOptions): Promise<undefined> {
  if (step.part === 'leg') {
    await topology.apply(host, step.step, topologyOfLegs([], [], item));
    return undefined;
  }
  const path = recordPath(item.name);
  if (step.text === undefined) {
    await host.remove(path);
    await host.removeDirectory(DIRECTORY);
    await host.removeDirectory(dirname(DIRECTORY));
    return undefined;
  }
  for (const directory of [dirname(DIRECTORY), DIRECTORY]) {
    await host.makeDirectory(directory);
    await host.setAttributes(directory, { mode: 0o755 });
  }
  await host.write(path, step.text, { mode: 0o644 });
  return undefined;
}

/** What a host has of a network that OVN makes: a record for its guests, and an interface if it is asked for. */
export const ovn: Pick<
  ObjectKind<NetworkOptions, OvnState, OvnStep, NetworkResult>,
  'observe' | 'plan' | 'apply'
> = {
  observe: (host, items) =>
    Promise.all(items.map((item) => observeOne(host, item).catch((error: Error) => error))),
  plan,
  apply,
};
