import type { Target } from '../support/module.ts';

/** The address of the namespace outside. */
export const OUTSIDE = '192.0.2.1';

/** A namespace, on the hypervisor with this name. */
export interface Place {
  readonly host: string;
  readonly name: string;
}

/** A namespace as a guest. */
export interface NamespaceGuest extends Place {
  /** The name of its port in OVN. */
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

/** Guests that are namespaces on br-int of hypervisors, and one outside. */
export class NamespaceGuests {
  /** @param hypervisorOf gives a hypervisor by its name */
  constructor(private readonly hypervisorOf: (host: string) => Target) {}

  /** Runs a script on a hypervisor; gives what it prints, trimmed. Throws if it fails. */
  async sh(host: string, script: string, timeout = 60): Promise<string> {
    const { stdout } = await this.hypervisorOf(host).exec(['sh', '-ec', script], { timeout });
    return stdout.trim();
  }

  /** Runs a command in a namespace; what it prints, also if it fails. */
  async inside({ host, name }: Place, command: string): Promise<string> {
    const { stdout, stderr } = await this.hypervisorOf(host).exec(
      ['ip', 'netns', 'exec', name, 'sh', '-c', command],
      { check: false, timeout: 60 },
    );
    return `${stdout}${stderr}`.trim();
  }

  /** Makes a guest: a namespace with an interface on br-int. */
  async add({ host, name, id, mac }: NamespaceGuest): Promise<void> {
    const port = `-- set interface t-${name} external_ids:iface-id=${id} external_ids:attached-mac=${mac}`;
    await this.sh(
      host,
      `${attached(name, 'br-int', port)}
ip -n ${name} link set eth0 address ${mac} up
cat > /run/lease-${name}.sh <<'END'
${LEASE_SCRIPT.replace('NAME', name)}
END
chmod +x /run/lease-${name}.sh`,
    );
  }

  /** Makes the namespace outside, on the bridge br-ex of a hypervisor. */
  async addOutside({ host, name }: Place): Promise<void> {
    await this.sh(
      host,
      `${attached(name, 'br-ex')}
ip -n ${name} link set eth0 up; ip -n ${name} address add ${OUTSIDE}/24 dev eth0`,
    );
  }

  /** What a guest is leased. */
  async lease(guest: Place): Promise<Record<string, string>> {
    const { name } = guest;
    const said = await this.inside(
      guest,
      `rm -f /run/lease-${name}; busybox udhcpc -i eth0 -n -q -f -t 5 -T 1 -O mtu -O domain -O ntpsrv -s /run/lease-${name}.sh >/dev/null 2>&1; cat /run/lease-${name}`,
    );
    return Object.fromEntries(said.split('\n').map((line) => line.split('=') as [string, string]));
  }

  /** Whether a namespace reaches an address. */
  async pings(from: Place, address: string): Promise<boolean> {
    return /[1-3] received/.test(await this.inside(from, `ping -c 3 -i 0.3 -W 1 ${address}`));
  }

  /** What a namespace is sent by a TCP server. */
  async connects(from: Place, to: string): Promise<string> {
    return (await this.inside(from, `timeout 5 socat -u TCP:${to},connect-timeout=3 -`)).trim();
  }

  /** Starts a TCP server in a guest, which sends `NAME-PORT`. */
  async listen({ host, name }: Place, port: number): Promise<void> {
    await this.sh(
      host,
      `ip netns exec ${name} socat TCP6-LISTEN:${port},ipv6only=0,fork,reuseaddr SYSTEM:'echo ${name}-${port}' >/dev/null 2>&1 </dev/null &`,
    );
  }

  /** What a guest is answered by DNS; OVN of Debian 12 answers no query with EDNS. */
  resolve(guest: Place, server: string, name: string, type = 'A'): Promise<string> {
    const what = type === 'PTR' ? `-x ${name}` : `${name} ${type}`;
    return this.inside(guest, `dig +noedns +short +time=2 +tries=2 @${server} ${what}`);
  }

  /** Removes all namespaces of a hypervisor. */
  async clean(host: string): Promise<void> {
    await this.sh(
      host,
      `
for n in $(ip netns list | cut -d' ' -f1); do
  ip netns pids "$n" | xargs -r kill; ovs-vsctl --if-exists del-port t-"$n"; ip netns delete "$n"
done; rm -f /run/lease-*`,
    );
  }
}

/** The script that makes a namespace with an interface on a bridge. The datapath in userspace needs whole checksums. */
const attached = (name: string, bridge: string, more = '') => `
ip netns add ${name}; ip link add t-${name} type veth peer name eth0 netns ${name}
ip -n ${name} link set lo up
ip netns exec ${name} ethtool -K eth0 tx off >/dev/null; ethtool -K t-${name} tx off >/dev/null; ip link set t-${name} up
ovs-vsctl --may-exist add-port ${bridge} t-${name} ${more}`;
