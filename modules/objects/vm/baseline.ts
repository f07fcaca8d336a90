import { asError, Failure, OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { baseline } from '../../lib/libvirt/cpu/baseline.ts';
import type { Cpu } from '../../lib/libvirt/cpu/cpu.ts';
import { type HostCpu, readCpus, type VirtType } from '../../lib/libvirt/cpu/host-cpus.ts';
import { readHostCpus } from '../../lib/libvirt/cpu/read.ts';
import { typeOf } from '../domain/desired/machine.ts';
import { domain } from '../domain/domain.ts';
import type { State as DomainState } from '../domain/observe/state.ts';
import type { VmOptions } from './options.ts';
import { domainOf } from './parts.ts';
import { isPowerOnly } from './power.ts';

// `cpu_mode: baseline`: the processor of a new VM is one that all hypervisors have. A VM that is defined keeps its own, whatever that is.

/** A VM's domain, and the processor that is computed for a new one; an error where there is none. */
export interface ObservedDomain {
  readonly domain: DomainState | Error;
  readonly cpu: Cpu | Error | undefined;
}

/** The VM with the processor that was computed for it. Pure. @throws the error where there is none */
export function withCpu(vm: VmOptions, cpu: Cpu | Error | undefined): VmOptions {
  if (cpu instanceof Error) throw cpu;
  if (cpu === undefined) return vm;
  const { model: cpu_model, features: cpu_features } = cpu;
  return { ...vm, cpu_mode: 'custom', domain: { ...vm.domain, cpu_model, cpu_features: [...cpu_features] } };
}

/** Observes the domains of VMs; those that are new with the processor that is computed for them. */
export async function observeDomains(host: Host, vms: readonly VmOptions[]): Promise<ObservedDomain[]> {
  const domains = await domain.observe(host, vms.map(domainOf));
  const common = new Map<string, Promise<Cpu | Error>>();
  const cpus = await Promise.all(
    vms.map((vm, i) => {
      const seen = domains[i];
      if (!isComputed(vm) || !seen || seen instanceof Error || seen.domain) return undefined;
      const type = typeOf(domainOf(vm), seen, true) === 'kvm' ? 'kvm' : 'qemu';
      const key = JSON.stringify([vm.uri, type, vm.host_cpus]);
      const known = common.get(key) ?? commonCpu(host, vm, type).catch(asError);
      common.set(key, known);
      return known;
    }),
  );
  const isNew = (i: number) => cpus[i] !== undefined && !(cpus[i] instanceof Error);
  const completed = vms.flatMap((vm, i) => (isNew(i) ? domainOf(withCpu(vm, cpus[i])) : []));
  const again = completed.length > 0 ? [...(await domain.observe(host, completed))] : [];
  return vms.map((_, i) => ({
    domain: (isNew(i) ? again.shift() : domains[i]) ?? new Error('no domain'),
    cpu: cpus[i],
  }));
}

const isComputed = (vm: VmOptions) => vm.cpu_mode === 'baseline' && vm.state !== 'absent' && !isPowerOnly(vm);

const FIX = "give 'cpu_mode: custom' with a 'domain.cpu_model' that all hypervisors have";

async function commonCpu(host: Host, { uri, host_cpus }: VmOptions, type: VirtType): Promise<Cpu> {
  const others = host_cpus.map((one) => ({ name: one.host, cpus: cpusOf(one) }));
  const lacking = others.filter(({ cpus }) => !cpus.has(type)).map(({ name }) => name);
  if (lacking.length > 0 && type === 'kvm')
    throw new OptionError(
      'virt_type',
      `is kvm on this host, and ${lacking.join(', ')} can't run guests by KVM: give 'virt_type: qemu', or another 'cpu_mode'`,
    );
  const [local] = await readHostCpus(host, uri, [type]);
  const without = [...(local ? [] : ['this host']), ...lacking];
  if (!local || lacking.length > 0)
    throw new OptionError(
      'cpu_mode',
      `libvirt has no host-model of ${without.join(', ')} for ${type}: ${FIX}`,
    );
  const found = others.flatMap(({ name, cpus }) =>
    [...cpus.values()].filter((cpu) => cpu.type === type).map((cpu) => ({ name, cpu })),
  );
  for (const { name, cpu } of found)
    if (cpu.arch !== local.arch)
      throw new OptionError('cpu_mode', `this host is ${local.arch} and ${name} is ${cpu.arch}: ${FIX}`);
  return computed(host, uri, local, found);
}

async function computed(
  host: Host,
  uri: string,
  local: HostCpu,
  others: readonly { readonly name: string; readonly cpu: HostCpu }[],
): Promise<Cpu> {
  const names = ['this host', ...others.map(({ name }) => name)].join(', ');
  const cpus = others.map(({ cpu }) => cpu);
  const cpu = await baseline(host, uri, local, cpus).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    throw new OptionError('cpu_mode', `there is no common model of ${names} (${error.message}): ${FIX}`);
  });
  const strangers = others.filter((other) => !other.cpu.known.includes(cpu.model)).map(({ name }) => name);
  if (strangers.length > 0)
    throw new OptionError(
      'cpu_mode',
      `the common model is ${cpu.model}, which libvirt of ${strangers.join(', ')} does not know: ${FIX}`,
    );
  return cpu;
}

function cpusOf({ host, cpu }: VmOptions['host_cpus'][number]): ReadonlyMap<VirtType, HostCpu> {
  try {
    return readCpus(cpu);
  } catch (error) {
    throw new OptionError('host_cpus', `the answer of ${host} is not valid: ${asError(error).message}`);
  }
}
