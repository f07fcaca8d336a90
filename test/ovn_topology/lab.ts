import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { link } from '../lab/link.ts';

// Two hypervisors with OVN between them, its databases on the first, and guests that are namespaces on br-int. The kernel has
// neither Open vSwitch nor Geneve: all of it is in userspace.

/** The hypervisors, by the names that the module knows. */
export const HOSTS = ['ot1', 'ot2'] as const;
export type HostName = (typeof HOSTS)[number];

const UNDERLAY = { ot1: '10.88.0.1', ot2: '10.88.0.2' } as const;

/** The address of the namespace outside, which is on ot1. */
export const OUTSIDE = '192.0.2.1';

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

/** A namespace as a guest. */
export interface NamespaceGuest {
  readonly host: HostName;
  readonly name: string;
  readonly id: string;
  readonly mac: string;
}

const LEASE_SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip -4 address flush dev "$interface" scope global
ip address add "$ip/$mask" dev "$interface"
[ -n "$mtu" ] && ip link set "$interface" mtu "$mtu"
[ -n "$router" ] && ip route replace default via "$router"
env | grep -E '^(ip|mask|mtu|router|dns|domain|lease|ntpsrv)=' | sort > /run/lease-NAME
exit 0`;

export class OvnLab {
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

  async sh(host: HostName, script: string, timeout = 60): Promise<string> {
    const { stdout } = await this.hypervisors[host].exec(['sh', '-ec', script], { timeout });
    return stdout.trim();
  }

  /** Runs a command in a guest; what it prints, also if it fails. */
  async inside({ host, name }: Pick<NamespaceGuest, 'host' | 'name'>, command: string): Promise<string> {
    const { stdout, stderr } = await this.hypervisors[host].exec(
      ['ip', 'netns', 'exec', name, 'sh', '-c', command],
      { check: false, timeout: 60 },
    );
    return `${stdout}${stderr}`.trim();
  }

  /** Makes a guest: a namespace with an interface on br-int. */
  async guest({ host, name, id, mac }: NamespaceGuest): Promise<void> {
    await this.sh(
      host,
      `
ip netns add ${name}; ip link add t-${name} type veth peer name eth0 netns ${name}
ip netns exec ${name} ip link set lo up; ip netns exec ${name} ip link set eth0 address ${mac} up
ip netns exec ${name} ethtool -K eth0 tx off >/dev/null
ethtool -K t-${name} tx off >/dev/null; ip link set t-${name} up
ovs-vsctl --may-exist add-port br-int t-${name} -- set interface t-${name} external_ids:iface-id=${id} external_ids:attached-mac=${mac}
cat > /run/lease-${name}.sh <<'END'
${LEASE_SCRIPT.replace('NAME', name)}
END
chmod +x /run/lease-${name}.sh`,
    );
  }

  /** Makes the namespace outside, on the bridge br-ex of ot1. */
  async outside(): Promise<void> {
    await this.sh(
      'ot1',
      `
ip netns add outside; ip link add t-outside type veth peer name eth0 netns outside
ip netns exec outside ip link set lo up; ip netns exec outside ip link set eth0 up
ip netns exec outside ip address add ${OUTSIDE}/24 dev eth0
ip netns exec outside ethtool -K eth0 tx off >/dev/null; ethtool -K t-outside tx off >/dev/null
ip link set t-outside up; ovs-vsctl --may-exist add-port br-ex t-outside`,
    );
  }

  /** What a guest is leased. */
  async lease(guest: NamespaceGuest): Promise<Record<string, string>> {
    const { name } = guest;
    const said = await this.inside(
      guest,
      `rm -f /run/lease-${name}; busybox udhcpc -i eth0 -n -q -f -t 5 -T 1 -O mtu -O domain -O ntpsrv -s /run/lease-${name}.sh >/dev/null 2>&1; cat /run/lease-${name}`,
    );
    return Object.fromEntries(said.split('\n').map((line) => line.split('=') as [string, string]));
  }

  /** Whether a guest reaches an address. */
  async pings(guest: Pick<NamespaceGuest, 'host' | 'name'>, address: string): Promise<boolean> {
    const said = await this.inside(guest, `ping -c 3 -i 0.3 -W 1 ${address}`);
    return /[1-3] received/.test(said);
  }

  /** What a guest is answered by DNS; OVN of Debian 12 answers no query with EDNS. */
  resolve(guest: NamespaceGuest, server: string, name: string, type = 'A'): Promise<string> {
    const what = type === 'PTR' ? `-x ${name}` : `${name} ${type}`;
    return this.inside(guest, `dig +noedns +short +time=2 +tries=2 @${server} ${what}`);
  }

  /** Ends what guests there are. */
  async clean(): Promise<void> {
    for (const name of HOSTS) {
      await this.sh(
        name,
        `
for n in $(ip netns list | cut -d' ' -f1); do
  ip netns pids "$n" | xargs -r kill; ovs-vsctl --if-exists del-port t-"$n"; ip netns delete "$n"
done; rm -f /run/lease-*`,
      );
    }
  }

  /** Ends both hypervisors. */
  async end(): Promise<void> {
    await Promise.all(HOSTS.map((name) => this.hypervisors[name].remove()));
  }
}
