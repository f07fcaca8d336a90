import { compileValidator } from '../../../build/validator.ts';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { module as bridgeModule } from '../../../modules/ovs_bridge/main.ts';
import { module as overlayModule } from '../../../modules/ovs_overlay/main.ts';
import { module as portModule } from '../../../modules/ovs_port/main.ts';
import { module as topologyModule } from '../../../modules/ovs_topology/main.ts';
import type { FakeHost } from './fake-host.ts';

const validators = [bridgeModule, portModule, topologyModule, overlayModule].map(({ spec }) =>
  compileValidator(spec),
);

type Options = Record<string, unknown>;

/** The modules on a host in memory, from the arguments to the result. */
export const play = (fake: FakeHost, check = false) => {
  const json = (options: Options) =>
    JSON.stringify({ ...options, _ansible_check_mode: check, _ansible_diff: true });
  const [bridge, port, topology, overlay] = validators;
  return {
    bridge: (options: Options): Promise<Result> =>
      run(bridgeModule, bridge as never, fake.host, json(options)),
    port: (options: Options): Promise<Result> => run(portModule, port as never, fake.host, json(options)),
    topology: (options: Options): Promise<Result> =>
      run(topologyModule, topology as never, fake.host, json(options)),
    overlay: (options: Options): Promise<Result> =>
      run(overlayModule, overlay as never, fake.host, json(options)),
  };
};
