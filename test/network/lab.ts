import type { Hypervisor } from '../lab/hypervisor.ts';

/** Shell functions to make clients of networks, and an outside, out of network namespaces of a lab hypervisor. */
const FUNCTIONS = `
# A machine at a bridge, in a VLAN: NAME BRIDGE VLAN MAC
client() {
  ip netns add "$1"
  ip link add name "$1" type veth peer name eth0 netns "$1"
  ip netns exec "$1" ip link set lo up
  # The userspace datapath computes no checksums.
  ethtool -K "$1" tx off >/dev/null
  ip netns exec "$1" ethtool -K eth0 tx off >/dev/null
  ip netns exec "$1" ip link set eth0 address "$4" up
  # With the userspace datapath the host itself would answer for its addresses there.
  echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
  ip link set dev "$1" arp off up
  ovs-vsctl add-port "$2" "$1" \${3:+tag="$3"}
}
# The Internet: it knows the uplink's network and nothing behind it.
outside() {
  ip netns add outside
  ip link add up0 type veth peer name eth0 netns outside
  ip netns exec outside ip link set lo up
  ip netns exec outside ip link set eth0 up
  ip netns exec outside ip address add 198.51.100.1/24 dev eth0
  ip netns exec outside ip -6 address add 2001:db8:1::1/64 dev eth0 nodad
  ip netns exec outside ip address add 203.0.113.9/32 dev lo
  ip netns exec outside ip -6 address add 2001:db8:9::9/128 dev lo
  ip link set up0 up
  ip address add 198.51.100.2/24 dev up0
  ip -6 address add 2001:db8:1::2/64 dev up0 nodad
  ip route add default via 198.51.100.1
  ip -6 route add default via 2001:db8:1::1
  # As udev does for a new interface.
  /lib/systemd/systemd-sysctl --prefix=/net/ipv6/conf/up0
}
# A TCP server that says who is connected: NETNS PORT
serve() {
  for family in 4 6; do
    ip netns exec "$1" socat "TCP$family-LISTEN:$2,fork,reuseaddr$([ "$family" = 4 ] || echo ,ipv6only=1)" SYSTEM:'echo "$SOCAT_PEERADDR"' >/dev/null 2>&1 &
  done
}
# What a server says: NETNS ADDRESS:PORT; nothing if it isn't reached. The host itself is the namespace "-".
ask() {
  inside=; [ "$1" = - ] || inside="ip netns exec $1"
  timeout 6 $inside socat -t4 -T4 - "TCP:$2,connect-timeout=1" </dev/null 2>/dev/null || true
}
`;

/** A hypervisor whose networks are tried by clients in namespaces. */
export class NetworkLab {
  constructor(readonly hypervisor: Hypervisor) {}

  /** Runs a script with the functions above; gives its output. */
  async sh(script: string): Promise<string> {
    return (await this.hypervisor.exec(['sh', '-c', `${FUNCTIONS}\n${script}`])).stdout.trim();
  }

  /** A command in a client's namespace; what it prints, whatever its exit code. */
  async in(client: string, command: string): Promise<string> {
    return this.sh(`ip netns exec ${client} ${command} 2>&1 || true`);
  }

  /** What the server at an address says to a client; the empty text if it isn't reached. */
  ask = (client: string, address: string): Promise<string> => this.sh(`ask ${client} ${address}`);
}
