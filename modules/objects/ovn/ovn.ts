import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { observeEach } from '../../lib/ansible/plan.ts';
import { observe, type State } from '../../lib/ovn/observe.ts';
import { writeTransaction } from '../../lib/ovn/write.ts';
import { checkCloud } from './check.ts';
import type { CloudOptions } from './options.ts';
import { type CloudResult, hostName, plan, type Step } from './plan.ts';

/** The networks of a cloud: all that OVN's northbound database has of one owner. */
export const cloudNetworks: ObjectKind<CloudOptions, State, Step, CloudResult> = {
  key: ({ owner }) => owner,
  check: checkCloud,
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  apply: async (host, { writing, hosts = {}, unknown = [] }) => {
    if (!writing) return undefined;
    const { behind } = await writeTransaction(host, writing);
    const named = behind.map((one) => hostName(one, hosts));
    return {
      result: { behind: [...named, ...unknown] },
      ...(named.length > 0
        ? {
            warnings: [
              `the change is written, and not yet carried out by: ${named.join(', ')}; see 'systemctl status ovn-controller' there, which catches up when it starts`,
            ],
          }
        : {}),
    };
  },
};
