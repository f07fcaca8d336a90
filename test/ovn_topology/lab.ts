import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { link } from '../lab/link.ts';
import { NamespaceGuests } from '../ovn/guests.ts';

// Two hypervisors with OVN between them, its databases on the first, and guests that are namespaces on br-int. The kernel has
// neither Open vSwitch nor Geneve: all of it is in userspace.

/** The hypervisors, by the names that the module knows. */
export const HOSTS = ['ot1', 'ot2'] as const;
export type HostName = (typeof HOSTS)[number];

const UNDERLAY = { ot1: '10.88.0.1', ot2: '10.88.0.2' } as const;

const INSTALL = `
export DEBIAN_FRONTEND=noninteractive
dpkg -s ovn-host >/dev/null 2>&1 || { apt-get update -q && apt-get install -qy --no-install-recommends PACKAGES; } >/dev/null`;

const UNDERLAY_SCRIPT = `
ovs-vsctl --may-exist add-br br-phy -- set bridge br-phy datapath_type=netdev -- --may-exist add-port br-phy host0
ip address flush dev host0; ip address replace ADDRESS/24 dev br-phy; ip link set br-phy up; ip link set host0 up
ethtool -K host0 tx off >/dev/null
ovs-vsctl --may-exist add-br br-ex -- set bridge br-ex datapath_type=netdev
ip link set br-ex up
echo chassis-NAME >/etc/openvswitch/system-id.conf
ovs-vsctl set open_vswitch . external_ids:system-id=chassis-NAME external_ids:ovn-remote=tcp:10.88.0.1:6642 \
  external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip=ADDRESS external_ids:ovn-bridge-datapath-type=netdev \
  external_ids:ovn-bridge-mappings=wan:br-ex`;

export class OvnLab {
  readonly guests = new NamespaceGuests((name) => this.hypervisors[name as HostName]);

  private constructor(readonly hypervisors: Readonly<Record<HostName, Hypervisor>>) {}

  /** Starts both hypervisors and OVN. Those that run are used. */
  static async start(): Promise<OvnLab> {
    const started = await Promise.all(
      HOSTS.map(
        async (name) => [name, (await findHypervisor(name)) ?? (await startHypervisor({ name }))] as const,
      ),
    );
    const lab = new OvnLab(Object.fromEntries(started) as Record<HostName, Hypervisor>);
    await link(...HOSTS.map((name) => ({ name })));
    await Promise.all(HOSTS.map((name) => lab.#prepare(name)));
    // Each hypervisor tells the southbound database of itself when it has reached it.
    await lab.sh(
      'ot1',
      'until [ $(ovn-sbctl --bare --columns=name list Chassis_Private | grep -c chassis) = 2 ]; do sleep 0.2; done',
    );
    return lab;
  }

  async #prepare(name: HostName): Promise<void> {
    const packages = name === 'ot1' ? 'ovn-central ovn-host' : 'ovn-host';
    // Without an address, apt resolves none, not even that of this machine's proxy.
    await this.sh(name, UNDERLAY_SCRIPT.replaceAll('ADDRESS', UNDERLAY[name]).replaceAll('NAME', name));
    await this.sh(name, INSTALL.replace('PACKAGES', packages), 300);
    if (name === 'ot1')
      await this.sh(name, 'ovn-sbctl --inactivity-probe=60000 set-connection ptcp:6642:10.88.0.1');
    await this.sh(name, 'systemctl start ovn-controller || systemctl start ovn-host');
  }

  sh(host: HostName, script: string, timeout = 60): Promise<string> {
    return this.guests.sh(host, script, timeout);
  }

  /** Ends what guests there are. */
  async clean(): Promise<void> {
    for (const name of HOSTS) await this.guests.clean(name);
  }

  /** Ends both hypervisors. */
  async end(): Promise<void> {
    await Promise.all(HOSTS.map((name) => this.hypervisors[name].remove()));
  }
}
