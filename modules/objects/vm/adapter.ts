import { defaultMac, targetOf } from './names.ts';
import type { VmInterface, VmOptions } from './options.ts';

/** The interface of a domain, for one of the guest: its bridge, its name on the host, and its MAC address. @param i its index */
export function adapterOf(vm: VmOptions, nic: VmInterface, i: number) {
  const { name: source, vlans } = vm.ovs[i] ?? {};
  return {
    ...{ source, vlans, target: targetOf(vm, nic) },
    ...(nic.mac === undefined ? { default_mac: defaultMac(vm, nic) } : { mac: nic.mac }),
  };
}
