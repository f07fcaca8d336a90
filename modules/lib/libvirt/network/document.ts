import { type Element, element } from '../../xml/element.ts';

/** An Open vSwitch bridge, or a VLAN of it, as a network of libvirt's. */
export interface BridgedNetwork {
  readonly name: string;
  readonly bridge: string;
  /** 0 is untagged, by an access port: a port without a VLAN is a trunk. */
  readonly vlan: number;
}

/**
 * The definition of a network over a bridge, without what libvirt adds. Its portgroup has the name of the network and
 * not of the VLAN: libvirt connects a domain that names an unknown portgroup without a VLAN, and without an error.
 */
export function bridgedNetwork({ name, bridge, vlan }: BridgedNetwork): Element {
  const tagged = (id: number) =>
    element('portgroup', { name, default: 'yes' }, [
      element('vlan', {}, [element('tag', { id: String(id) })]),
    ]);
  return element('network', {}, [
    element('name', {}, name),
    element('forward', { mode: 'bridge' }),
    element('bridge', { name: bridge }),
    element('virtualport', { type: 'openvswitch' }),
    tagged(vlan),
  ]);
}
