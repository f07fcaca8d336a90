import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { apply } from './apply.ts';
import { checkNetwork } from './check.ts';
import { checkTogether } from './conflicts.ts';
import { observe, type State } from './observe.ts';
import type { NetworkOptions } from './options.ts';
import { type NetworkResult, plan } from './plan.ts';
import type { Step } from './step.ts';

/**
 * A network of guests on one hypervisor alone: the host's port in it, its DHCP and DNS, its part of the packet filter, and the
 * forwarding of the kernel.
 */
export const local: ObjectKind<NetworkOptions, State, Step, NetworkResult> = {
  key: ({ name }) => name,
  check: checkNetwork,
  checkAll: checkTogether,
  observe,
  plan,
  apply,
};
