import type { Domain } from '../../../modules/lib/libvirt/read.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

interface Given {
  /** What is before the memory. */
  readonly head?: string;
  /** MiB. */
  readonly memory?: number;
  readonly current?: number;
  readonly devices?: string;
}

/** A definition, as libvirt prints it. */
export const xmlOf = ({ head = '', memory = 32, current = memory, devices = '' }: Given = {}): string =>
  `<domain type='qemu'>${head}<memory unit='KiB'>${memory * 1024}</memory>
  <currentMemory unit='KiB'>${current * 1024}</currentMemory><vcpu>1</vcpu><devices>${devices}</devices></domain>`;

/** A NIC. @param last the end of its MAC address */
export const nic = (last: string, more = "<vlan><tag id='10'/></vlan>"): string =>
  `<interface type='bridge'><mac address='52:54:00:00:00:${last}'/><source bridge='br0'/><virtualport type='openvswitch'/>
  <target dev='vnet${Number(last)}'/>${more}<model type='virtio'/></interface>`;

/** A domain. @param live of one that runs */
export const domainOf = (definition: string, live: string | undefined): Domain => ({
  ...{ name: 'web1', uuid: '', state: live ? 'running' : 'shut off' },
  ...{ autostart: false, saved: false, persistent: true },
  definition: parseXml(definition),
  live: live === undefined ? undefined : parseXml(live),
});
