import type { Change, Module, Plan } from '../lib/ansible/plan.ts';
import type { Spec } from '../lib/ansible/spec.ts';
import type { Host } from '../lib/host/host.ts';
import { applyLinks } from '../lib/link/apply.ts';
import { storedOf } from '../lib/link/live.ts';
import { deviceNames, type Kept, type Link, readKept, readLinks } from '../lib/link/observe.ts';
import { type LinkPlan, planLinks } from '../lib/link/plan.ts';
import type { LinkStep } from '../lib/link/step.ts';
import { Index } from '../lib/ovs/index.ts';
import { planTopology, type TopologyPlan } from '../lib/ovs/plan.ts';
import { type Answer, findSocket, readIfReachable } from '../lib/ovs/read.ts';
import type { Database } from '../lib/ovs/tables.ts';
import type { Topology } from '../lib/ovs/topology.ts';
import { type Writing, writeTransaction } from '../lib/ovs/transact.ts';
import type { ConnectionOptions } from './options.ts';
import { leftBehind, wishesOf } from './wishes.ts';

export interface State extends Answer {
  readonly socket: string;
  /** The names of the host's network interfaces. */
  readonly devices: ReadonlySet<string>;
  /** Undefined when the task has to do with no interface's addresses. */
  readonly net: { readonly links: ReadonlyMap<string, Link>; readonly kept: Kept } | undefined;
}

/** The first change carries the transaction of all, and the last what is done to interfaces and files. */
export interface Step {
  readonly writing?: Writing;
  readonly links?: LinkStep;
}

/** What makes one of the modules out of the engine. */
export interface Face<Options> {
  readonly spec: Spec;
  readonly key: (options: Options) => string;
  /** @throws OptionError */
  readonly topology: (options: Options) => Topology;
  readonly result: (options: Options, topology: Topology, plan: TopologyPlan) => Record<string, unknown>;
}

/** A module that makes a part of Open vSwitch as its options describe it: one read, one atomic write. */
export function topologyModule<Options extends ConnectionOptions>(
  face: Face<Options>,
): Module<Options, State, Step> {
  return {
    spec: face.spec,
    key: face.key,
    check: face.topology,
    observe: (host, items) =>
      Promise.all(items.map((options) => observe(host, options, face.topology(options)))),
    plan: (options, state) => plan(face, options, state),
    apply: async (host, { writing, links }) => {
      if (writing) await writeTransaction(host, writing);
      if (links) await applyLinks(host, links);
      return undefined;
    },
  };
}

/** Of which interfaces and files a plan has to know more. */
interface Concern {
  readonly ports: readonly string[];
  /** A bridge goes, whose ports may have left files. */
  readonly bridgeGoes: boolean;
  /** Routes are wanted, or go with an interface that is made anew. */
  readonly routes: boolean;
}

// Whether a plan can be had is said when it is made for good.
function concernOf(topology: Topology, database: Database, devices: ReadonlySet<string>): Concern {
  try {
    const plan = planTopology(topology, database, devices);
    const wishes = wishesOf(plan);
    const ports = wishes
      .filter(({ device, addressing }) => addressing || device === 'removed' || device === 'recreated')
      .map(({ port }) => port);
    return {
      ports,
      bridgeGoes: plan.topology.bridges.some(({ state }) => state === 'absent'),
      routes: wishes.some(({ addressing, device }) => device === 'recreated' || addressing?.routes.length),
    };
  } catch {
    return { ports: [], bridgeGoes: false, routes: false };
  }
}

async function observe(host: Host, options: ConnectionOptions, topology: Topology): Promise<State> {
  const socket = await findSocket(host, options.database_socket);
  const [answer, devices] = await Promise.all([
    readIfReachable(host, socket, options.timeout),
    deviceNames(host),
  ]);
  const { ports, bridgeGoes, routes } = concernOf(topology, answer.database, devices);
  if (ports.length === 0 && !bridgeGoes) return { socket, ...answer, devices, net: undefined };
  const kept = await readKept(host, ports, bridgeGoes);
  const links = await readLinks(host, routes || ports.some((port) => storedOf(kept, port).routes.length > 0));
  return { socket, ...answer, devices, net: { links, kept } };
}

const NO_LINKS: LinkPlan = { changes: [], step: undefined, missing: [], warnings: [] };

function plan<Options extends ConnectionOptions>(
  face: Face<Options>,
  options: Options,
  state: State,
): Plan<Step> {
  const { database, devices, net, socket, unreachable } = state;
  const topology = face.topology(options);
  const rows = planTopology(topology, database, devices);
  const links = net
    ? planLinks([...wishesOf(rows), ...leftBehind(rows, new Index(database), net.kept)], net.links, net.kept)
    : NO_LINKS;
  const { operations, interfaces } = rows;
  const writing = { socket, timeout: options.timeout, operations, interfaces };
  return {
    changes: withSteps(rows, links, operations.length > 0 ? writing : undefined),
    missing: [...(unreachable ? [unreachable] : []), ...rows.missing, ...links.missing],
    warnings: [...rows.warnings, ...links.warnings],
    result: face.result(options, topology, rows),
  };
}

function withSteps(rows: TopologyPlan, links: LinkPlan, writing: Writing | undefined): Change<Step>[] {
  const described = [...rows.changes, ...links.changes];
  return described.map((change, i) => ({
    ...change,
    step: {
      ...(i === 0 && writing ? { writing } : {}),
      ...(i === described.length - 1 && links.step ? { links: links.step } : {}),
    },
  }));
}
