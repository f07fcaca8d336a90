import type { Placed, Waiting, WaitOutcome } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Awaited, AwaitedNic } from '../../lib/guest/ready/awaited.ts';
import { type Outcome, outcomesNow, waitForGuests } from '../../lib/guest/ready/wait.ts';
import type { Host } from '../../lib/host/host.ts';
import { parseAddress } from '../../lib/net/address.ts';
import { isContainer, targetOf, uriOf } from './names.ts';
import { type GuestInterface, isDynamic } from './network.ts';
import type { VmOptions } from './options.ts';
import { addressesOf } from './result.ts';

/** Whether an interface has an address, or gets one. */
const isConfigured = (nic: GuestInterface): boolean => addressesOf(nic).length > 0 || isDynamic(nic);

const nicOf = (vm: VmOptions, nic: GuestInterface): AwaitedNic => ({
  name: nic.name,
  target: targetOf(vm, nic),
  addresses: addressesOf(nic).map((address) => parseAddress(address).ip),
});

/** The guest that a VM waits for. Pure. @param vm with the interfaces of its networks; undefined where it isn't waited for */
export function awaitedOf(vm: VmOptions): Awaited | undefined {
  const { name, wait } = vm;
  if (!wait || !isAwaited(vm)) return undefined;
  const nics = vm.interfaces.filter(isConfigured).map((nic) => nicOf(vm, nic));
  return { name, uri: uriOf(vm), goal: wait.for, port: wait.port, timeout: wait.timeout, nics };
}

/** Only running guests are waited for. */
export const isAwaited = ({ wait, state, steps }: VmOptions): boolean =>
  wait !== undefined && state === 'running' && steps !== 'define' && steps !== 'stop';

/** Rules about `wait`. @throws OptionError */
export function checkWait(vm: VmOptions): void {
  const { wait, networks, interfaces, domain } = vm;
  if (wait?.for === 'agent' && isContainer(vm))
    throw new OptionError('wait.for', 'a container has no agent: wait for cloud_init, address or port');
  if (wait?.for === 'agent' && domain.guest_agent === false)
    throw new OptionError(
      'wait.for',
      "the domain has no channel for an agent: leave out 'domain.guest_agent'",
    );
  const hasAddress = networks.length > 0 || interfaces.some(isConfigured);
  const isNeeded = wait?.for === 'address' || (wait?.for === 'port' && !domain.interfaces?.length);
  if (isNeeded && !hasAddress)
    throw new OptionError(
      'wait.for',
      `no interface of the guest has an address: wait for cloud_init${isContainer(vm) ? '' : ' or agent'}`,
    );
}

/** The result of waiting, and an error or a warning. Pure. */
export function outcomeOf(vm: VmOptions, outcome: Outcome): WaitOutcome {
  const { problem, warning, seconds, addresses, lines } = outcome;
  const result = { waited: { for: vm.wait?.for, ready: problem === undefined, seconds, addresses } };
  if (problem === undefined) {
    return { result, warnings: warning === undefined ? [] : [`${vm.name}: ${warning}`] };
  }
  const console =
    lines.length === 0 ? [] : ['The last lines of its console:', ...lines.map((line) => `| ${line}`)];
  const text = [`${vm.name} ${problem.text} (${FIXES[problem.kind]})`, ...console].join('\n');
  if (vm.wait?.on_failure === 'warn' || problem.kind === 'unknown') return { result, warnings: [text] };
  return { result, error: new OptionError('wait', text) };
}

const WITHOUT = "'on_failure: warn' goes on without it";
const FIXES: Readonly<Record<NonNullable<Outcome['problem']>['kind'], string>> = {
  late: `raise 'timeout' if it only needs more time; ${WITHOUT}`,
  failed: WITHOUT,
  unknown: "restart it once, install qemu-guest-agent in it, or give another 'for'",
};

const outcomesOf = (items: readonly Placed<VmOptions>[], outcomes: readonly Outcome[]): WaitOutcome[] =>
  items.map(({ options }, i) => outcomeOf(options, outcomes[i] as Outcome));

/**
 * How a task waits for its VMs.
 * @param attached gives each VM the interfaces of its networks
 */
export function waitingBy(
  attached: (host: Host, items: readonly VmOptions[]) => Promise<readonly VmOptions[]>,
): Waiting<VmOptions> {
  const awaited = async (host: Host, items: readonly Placed<VmOptions>[]) => {
    const vms = await attached(
      host,
      // A task that only starts VMs doesn't need their interfaces otherwise.
      items.map(({ options }) => ({ ...options, steps: 'all' as const })),
    );
    return vms.flatMap((vm) => awaitedOf(vm) ?? []);
  };
  return {
    isAwaited,
    outcomesNow: async (host, items) => {
      const outcomes = await outcomesNow(host, await awaited(host, items));
      return outcomes && outcomesOf(items, outcomes);
    },
    waitForAll: async (host, items) =>
      outcomesOf(items, await waitForGuests(host, await awaited(host, items))),
  };
}
