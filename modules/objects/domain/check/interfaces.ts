import { OptionError } from '../../../lib/failure.ts';
import type { Interface } from '../options/items.ts';

type Check = (nic: Interface, fail: (option: string, problem: string) => never) => void;

const addresses: Check = ({ target, default_mac }, fail) => {
  if (default_mac && !target) fail('default_mac', "needs 'target' beside it");
};

const vlans: Check = ({ type, vlans = [], native_vlan }, fail) => {
  if (type === 'macvtap' && vlans.length > 0)
    fail('vlans', "is not possible on macvtap: give the host's VLAN interface as 'source'");
  if (native_vlan !== undefined && vlans.length === 0)
    fail(
      'native_vlan',
      "needs 'vlans' beside it: an access port has one VLAN in 'vlans', and no native VLAN",
    );
  const twice = vlans.find((id, i) => vlans.indexOf(id) !== i);
  if (twice !== undefined) fail('vlans', `${twice} is listed twice`);
};

/** Options for some types and models only. With others libvirt refuses or ignores them when the guest starts. */
const abilities: Check = ({ type, mode, model, filter, mtu, queues, bandwidth }, fail) => {
  if (mode && type !== 'macvtap') fail('mode', `is for macvtap, not for ${type}`);
  if (mtu !== undefined && type === 'macvtap')
    fail('mtu', "is not possible on macvtap: set the MTU of the host's interface");
  if (filter && (type === 'ovs' || type === 'macvtap'))
    fail('filter', `is not possible on ${type}: libvirt filters Linux bridges and networks`);
  if (queues !== undefined && !model.startsWith('virtio'))
    fail('queues', `needs a virtio card, not ${model}`);
  if (bandwidth && !bandwidth.inbound && !bandwidth.outbound)
    fail('bandwidth', "has neither 'inbound' nor 'outbound'");
};

/** Rules between the options of an interface, and between interfaces. @throws OptionError */
export function checkInterfaces(interfaces: readonly Interface[]): void {
  const seen = new Set<string>();
  interfaces.forEach((nic, i) => {
    const fail = (option: string, problem: string): never => {
      throw new OptionError(`interfaces[${i}].${option}`, problem);
    };
    for (const check of [addresses, vlans, abilities]) check(nic, fail);
    const mac = nic.mac?.toLowerCase();
    if (mac && seen.has(mac)) fail('mac', `${mac} is that of another interface`);
    if (mac) seen.add(mac);
  });
}
