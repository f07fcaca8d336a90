import { parseAddress } from '../../lib/net/address.ts';
import type { DiskResult } from '../disk/plan.ts';
import type { DomainResult } from '../domain/plan/step.ts';
import { SEED } from '../root/parts.ts';
import type { RootResult } from '../root/plan.ts';
import type { SeedResult } from '../seed/plan.ts';
import type { Known } from './attach.ts';
import { dataDisksOf } from './data-disks.ts';
import { diskPath, isContainer, rootPath, seedPath, targetOf } from './names.ts';
import type { GuestInterface } from './network.ts';
import type { VmOptions } from './options.ts';

/** What the port of an interface is made from, in a network of the engine ovn; of others there is nothing. */
interface OvnPort {
  readonly network?: string;
  /** The interfaceid, which is the name of the port in OVN. */
  readonly port?: string;
  readonly aliases?: readonly string[];
  readonly security_groups?: readonly string[];
}

/** The result of a VM. */
export interface VmResult {
  readonly name: string;
  readonly kind: VmOptions['kind'];
  readonly uuid?: string;
  /** As libvirt names it; `absent` for a VM without a domain. */
  readonly state: string;
  readonly interfaces: readonly (OvnPort & {
    readonly name: string;
    readonly target: string;
    readonly mac: string;
    /** With their prefix, as the task gives them. */
    readonly addresses: readonly string[];
  })[];
  /** Of a container. */
  readonly root?: {
    readonly path: string;
    /** The users and groups of the host that those of the container are: the first one, and how many. */
    readonly first_user?: number;
    readonly users?: number;
    readonly cloud_init?: boolean;
    /** What was written into a new root that has no cloud-init. */
    readonly written?: readonly string[];
  };
  /** Of a VM, as all that follows about disks. */
  readonly disk?: { readonly path: string; readonly size?: number };
  /** The data disks, in the order of the task. */
  readonly disks?: readonly {
    readonly name: string;
    readonly path: string;
    /** The device name in the domain, which the guest may call otherwise. */
    readonly target?: string;
    readonly size?: number;
  }[];
  readonly seed?: { readonly path: string; readonly applied?: boolean; readonly applied_why?: string };
  /** What is done, in order. */
  readonly actions: readonly string[];
  readonly restart_required: boolean;
  readonly restart_reasons: readonly string[];
}

/** The MAC address of each interface, from the planned domain. */
export const macsOf = (vm: VmOptions, domain: DomainResult | undefined): string[] =>
  vm.interfaces.map((nic) => {
    const found = domain?.domain?.interfaces.find(({ target }) => target === targetOf(vm, nic));
    return found?.mac ?? '';
  });

function disksOf(
  vm: VmOptions,
  { disks, domain }: Pick<PartResults, 'disks' | 'domain'>,
): NonNullable<VmResult['disks']> {
  return dataDisksOf(vm).map(({ name, path }) => {
    const { target } = domain?.domain?.disks.find(({ source }) => source === path) ?? {};
    const { size } = disks.find((one) => one?.dest === path) ?? {};
    return {
      ...{ name, path },
      ...(target === undefined ? {} : { target }),
      ...(size === undefined ? {} : { size }),
    };
  });
}

/** The results of the parts; undefined of a part that the task doesn't plan. */
export interface PartResults {
  /** Of a container. */
  readonly root: RootResult | undefined;
  readonly disk: DiskResult | undefined;
  /** Of all disks. */
  readonly disks: readonly (DiskResult | undefined)[];
  readonly seed: SeedResult | undefined;
  readonly domain: DomainResult | undefined;
  /** What is done to files. */
  readonly files: readonly string[];
  /** What is done when the domain is as desired. */
  readonly after: readonly string[];
}

/**
 * What OVN's port of each interface is made from; the interfaces of networks come first.
 * @param known the networks of the host
 */
function portsOf(vm: VmOptions, known: Known, domain: DomainResult | undefined): OvnPort[] {
  const attached = vm.networks.filter(({ name }) => known.has(name));
  return vm.interfaces.map((nic, i) => {
    const entry = attached[i];
    if (!entry || known.get(entry.name)?.engine !== 'ovn') return {};
    const found = domain?.domain?.interfaces.find(({ target }) => target === targetOf(vm, nic));
    const { aliases, security_groups } = entry;
    return { network: entry.name, port: found?.interfaceid ?? '', aliases, security_groups };
  });
}

/** The addresses that a task gives an interface, with their prefixes. */
export function addressesOf({ address, netmask, addresses }: GuestInterface): readonly string[] {
  if (addresses) return addresses;
  if (address === undefined) return [];
  const { ip, prefix } = parseAddress(address, netmask);
  return [`${ip}/${prefix}`];
}

function appliedOf({ applied, applied_why }: Pick<SeedResult, 'applied' | 'applied_why'>) {
  return {
    ...(applied === undefined ? {} : { applied }),
    ...(applied_why === undefined ? {} : { applied_why }),
  };
}

/** What a VM has, and a container has not. */
function machineOf(
  vm: VmOptions,
  { disk, disks, seed, domain }: PartResults,
): Pick<VmResult, 'disk' | 'disks' | 'seed'> {
  const { size } = disk ?? {};
  return {
    disk: { path: diskPath(vm), ...(size === undefined ? {} : { size }) },
    disks: disksOf(vm, { disks, domain }),
    seed: { path: seedPath(vm), ...appliedOf(seed ?? {}) },
  };
}

/** What a container has, and a VM has not. */
function containerOf(vm: VmOptions, { root }: PartResults): Pick<VmResult, 'root' | 'seed'> {
  const { idmap, cloud_init, written, ...seed } = root ?? {};
  return {
    root: {
      path: rootPath(vm),
      ...(idmap ? { first_user: idmap.first, users: idmap.count } : {}),
      ...(cloud_init === undefined ? {} : { cloud_init }),
      ...(written === undefined ? {} : { written }),
    },
    ...(cloud_init ? { seed: { path: `${rootPath(vm)}/${SEED}`, ...appliedOf(seed) } } : {}),
  };
}

/** The result of a guest, from those of its parts. @param macs the MAC address of each interface @param known the networks of the host */
export function resultOf(vm: VmOptions, known: Known, macs: readonly string[], parts: PartResults): VmResult {
  const { domain, files, after } = parts;
  const { uuid, state = 'absent' } = domain?.domain ?? {};
  const acts = domain?.actions ?? [];
  const ports = portsOf(vm, known, domain);
  return {
    ...{ name: vm.name, kind: vm.kind },
    ...(uuid === undefined ? {} : { uuid }),
    state,
    interfaces: vm.interfaces.map((nic, i) => ({
      name: nic.name,
      target: targetOf(vm, nic),
      mac: macs[i] ?? '',
      addresses: addressesOf(nic),
      ...ports[i],
    })),
    ...(isContainer(vm) ? containerOf(vm, parts) : machineOf(vm, parts)),
    actions: vm.state === 'absent' ? [...acts, ...files] : [...files, ...acts, ...after],
    restart_required: domain?.restart_required ?? false,
    restart_reasons: domain?.restart_reasons ?? [],
  };
}
