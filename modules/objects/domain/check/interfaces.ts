import { OptionError } from '../../../lib/failure.ts';
import type { Interface } from '../options/items.ts';

type Check = (nic: Interface, fail: (option: string, problem: string) => never) => void;

const addresses: Check = ({ target, default_mac }, fail) => {
  if (default_mac && !target) fail('default_mac', "needs 'target' beside it");
};

const vlans: Check = ({ type, vlans = [], native_vlan }, fail) => {
  if (type === 'macvtap' && vlans.length > 0)
    fail('vlans', "a macvtap has none: give the host's VLAN interface as its 'source'");
  if (native_vlan !== undefined && vlans.length === 0)
    fail('native_vlan', "needs the trunk's 'vlans' beside it; an access port has just 'vlans' with one");
  const twice = vlans.find((id, i) => vlans.indexOf(id) !== i);
  if (twice !== undefined) fail('vlans', `${twice} is there twice`);
};

/** What formatdomain gives to some types and models only, and libvirt refuses when the guest starts, or forgets. */
const abilities: Check = ({ type, mode, model, filter, mtu, queues, bandwidth }, fail) => {
  if (mode && type !== 'macvtap') fail('mode', `is for macvtap, not for ${type}`);
  if (mtu !== undefined && type === 'macvtap')
    fail('mtu', "a macvtap has that of the host's interface: set it there");
  if (filter && (type === 'ovs' || type === 'macvtap'))
    fail('filter', `is not possible on ${type}: libvirt filters Linux bridges and networks`);
  if (queues !== undefined && !model.startsWith('virtio'))
    fail('queues', `needs a virtio card, not ${model}`);
  if (bandwidth && !bandwidth.inbound && !bandwidth.outbound)
    fail('bandwidth', "has neither 'inbound' nor 'outbound'");
};

/** What an interface can't be. @throws OptionError */
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
