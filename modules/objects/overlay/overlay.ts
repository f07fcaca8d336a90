import { type ObjectKind, type Outcome, type Plan, withoutResult } from '../../lib/ansible/plan.ts';
import { asError, withOptionsNamed } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { readLinks } from '../../lib/link/observe.ts';
import type { State as TopologyState } from '../topology/observe.ts';
import type { Step as TopologyStep } from '../topology/plan.ts';
import { topology } from '../topology/topology.ts';
import { checkOverlay } from './check.ts';
import { type Encryption, observeEncryption, planEncryption, protectSecrets } from './encryption.ts';
import type { OverlayOptions } from './options.ts';
import { isJoined, peersOf, topologyOf } from './tunnels.ts';
import { addressProblem, refuseSpanningTree } from './underlay.ts';

// An overlay is composed of the object `topology`, for its bridge and its tunnels, and of what it needs on the host.

interface State {
  readonly topology: TopologyState | Error;
  /** The host's IP addresses. */
  readonly addresses: ReadonlySet<string>;
  readonly encryption: Encryption | undefined;
}

type Step = { readonly part: 'topology'; readonly step: TopologyStep } | { readonly part: 'secrets' };

/** What an overlay returns. */
interface OverlayResult {
  readonly bridge: string;
  readonly peers: readonly string[];
}

/** A topology's option, by what the overlay calls it. */
const overlayWord = (option: string): string =>
  option
    .replace(/^bridges\[\d+\]\.name$/, 'bridge')
    .replace(/^bridges\[\d+\]/, 'bridge_defaults')
    .replace(/^ports\[\d+\]\.(options|type)/, '$1')
    .replace(/^ports\[\d+\]/, 'port');

function inOverlayWords<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw withOptionsNamed(asError(error), overlayWord);
  }
}

async function observe(host: Host, overlay: OverlayOptions): Promise<State> {
  const joined = isJoined(overlay);
  const [[seen], links, encryption] = await Promise.all([
    topology.observe(host, [topologyOf(overlay)]),
    joined ? readLinks(host) : new Map(),
    joined && overlay.psk ? observeEncryption(host) : undefined,
  ]);
  const addresses = [...links.values()].flatMap(({ addresses, leased }) => [
    ...addresses,
    ...leased.addresses,
  ]);
  return {
    topology: seen ?? new Error('no topology'),
    addresses: new Set(addresses.map(({ ip }) => ip)),
    encryption,
  };
}

function plan(overlay: OverlayOptions, state: State): Plan<Step, OverlayResult> {
  const { topology: seen, addresses, encryption } = state;
  if (seen instanceof Error) throw seen;
  const joined = isJoined(overlay);
  if (joined) refuseSpanningTree(overlay, seen.database);
  const rows = inOverlayWords(() => topology.plan(topologyOf(overlay), seen));
  const noAddress = joined ? addressProblem(overlay, addresses) : undefined;
  const encrypted = encryption && planEncryption(overlay, encryption, seen.database);
  const secrets = encrypted?.secrets ? [{ ...encrypted.secrets, step: { part: 'secrets' } as const }] : [];
  return {
    // The service writes the keys of the tunnels as soon as there are any.
    changes: [
      ...secrets,
      ...rows.changes.map((change) => ({
        ...change,
        step: { part: 'topology', step: change.step } as const,
      })),
    ],
    missing: [...(noAddress ? [noAddress] : []), ...(encrypted?.missing ?? []), ...(rows.missing ?? [])],
    warnings: [...(encrypted?.warnings ?? []), ...(rows.warnings ?? [])],
    result: { bridge: overlay.bridge, peers: joined ? peersOf(overlay) : [] },
  };
}

async function apply(
  host: Host,
  step: Step,
  overlay: OverlayOptions,
): Promise<Outcome<OverlayResult> | undefined> {
  if (step.part === 'topology')
    return withoutResult(await topology.apply(host, step.step, topologyOf(overlay)));
  await protectSecrets(host);
  return undefined;
}

/** A mesh of tunnels between the bridges of several hosts: this host's part of it. */
export const overlay: ObjectKind<OverlayOptions, State, Step, OverlayResult> = {
  key: ({ name }) => name,
  check: (options) => {
    checkOverlay(options);
    inOverlayWords(() => topology.check?.(topologyOf(options)));
  },
  observe: (host, items) => Promise.all(items.map((options) => observe(host, options))),
  plan,
  apply,
};
