import type { ObjectKind, Plan } from '../../lib/ansible/plan.ts';
import { checkNetwork } from './check.ts';
import { local } from './local.ts';
import type { State as LocalState } from './observe.ts';
import type { NetworkOptions } from './options.ts';
import { type OvnState, type OvnStep, ovn } from './ovn.ts';
import type { NetworkResult } from './plan.ts';
import type { Step as LocalStep } from './step.ts';

type State =
  | { readonly engine: 'local'; readonly state: LocalState }
  | { readonly engine: 'ovn'; readonly state: OvnState };

type Step =
  | { readonly engine: 'local'; readonly step: LocalStep }
  | { readonly engine: 'ovn'; readonly step: OvnStep };

const isLocal = ({ engine }: NetworkOptions): boolean => engine === 'local';

/** Observes the items of one engine together. @returns the states by item */
async function observed<S>(
  items: readonly NetworkOptions[],
  observe: (items: readonly NetworkOptions[]) => Promise<readonly (S | Error)[]>,
): Promise<Map<NetworkOptions, S | Error>> {
  if (items.length === 0) return new Map();
  const states = await observe(items);
  return new Map(items.map((item, i) => [item, states[i] ?? new Error('no state')]));
}

const tagged = <E extends 'local' | 'ovn', S>(
  engine: E,
  { changes, ...rest }: Plan<S, NetworkResult>,
): Plan<{ readonly engine: E; readonly step: S }, NetworkResult> => ({
  ...rest,
  changes: changes.map((change) => ({ ...change, step: { engine, step: change.step } })),
});

/** A network of guests: of this host alone, or of OVN, which makes it for all hosts. */
export const network: ObjectKind<NetworkOptions, State, Step, NetworkResult> = {
  key: ({ name }) => name,
  check: checkNetwork,
  checkAll: (items) => {
    const mine = items.filter(({ options }) => isLocal(options));
    const problems = local.checkAll?.(mine) ?? [];
    return items.map((item) => problems[mine.indexOf(item)]);
  },
  observe: async (host, items) => {
    const [mine, others] = await Promise.all([
      observed(items.filter(isLocal), (some) => local.observe(host, some)),
      observed(
        items.filter((item) => !isLocal(item)),
        (some) => ovn.observe(host, some),
      ),
    ]);
    return items.map((item): State | Error => {
      const state = mine.get(item);
      if (state) return state instanceof Error ? state : { engine: 'local', state };
      const other = others.get(item) ?? new Error('no state');
      return other instanceof Error ? other : { engine: 'ovn', state: other };
    });
  },
  plan: (item, seen) =>
    seen.engine === 'local'
      ? tagged('local', local.plan(item, seen.state))
      : tagged('ovn', ovn.plan(item, seen.state)),
  apply: (host, { engine, step }, item) =>
    engine === 'local' ? local.apply(host, step, item) : ovn.apply(host, step, item),
};
