import { compileValidator } from '../../../build/validator.ts';
import { readOptions } from '../../../modules/lib/ansible/arguments.ts';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import type { VmOptions } from '../../../modules/objects/vm/options.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { spec } from '../../../modules/vm/spec.ts';
import { noHost } from '../../support/fake.ts';

const validate = compileValidator(spec);

/** A VM with its required options. */
export const WEB = { name: 'web1', memory: '1 GiB', archive_name: 'debian-12', hypervisor: 'hv1' };

/** An interface of it, on a bridge. */
export const LAN = {
  ovs: [{ name: 'ovs-lan', vlans: [10] }],
  interfaces: [{ name: 'eth0', address: '10.10.1.11/24', gateway: '10.10.1.1' }],
};

/** A VM's options as the module gets them. @throws the error that the module would return */
export function vmOf(given: Record<string, unknown> = {}): VmOptions {
  const read = readOptions(spec, validate, { path: '', options: { ...WEB, ...given } }) as VmOptions;
  vm.check?.(read);
  return read;
}

/** The result of the module on a host that it must not use. */
export const answer = (args: object): Promise<Result> =>
  run({ spec, ...vm }, validate, noHost, JSON.stringify(args));

/** The problems that the module reports of a list of VMs, a line each. */
export async function problems(
  vms: readonly object[],
  beside: Record<string, unknown> = {},
): Promise<string[]> {
  const { results = [] } = (await answer({
    ...beside,
    vms: vms.map((one) => ({ ...WEB, ...one })),
  })) as Result & { results?: Result[] };
  return results
    .flatMap(({ msg = '' }) => msg.split('\n'))
    .filter((msg) => !msg.startsWith('the host was used'));
}
