import type { Hypervisor } from '../lab/hypervisor.ts';

/** A host of the Internet, by name and by its addresses of both families. */
export const FAR = { name: 'www.example.net', ipv4: '203.0.113.9', ipv6: '2001:db8:9::9' } as const;

/** The host's own addresses, and those of the provider's name servers. */
export const OWN = { ipv4: '198.51.100.5', ipv6: '2001:db8:151:7307::2' } as const;
const SERVERS = ['203.0.113.53', '2001:db8:53::53'];

// The provider is a network namespace of the hypervisor, at the other end of eth0, from before its network is up. Its router is
// fe80::1, and knows the host's own networks only. What looks like a server there says who asks.
const SCRIPT = `#!/bin/sh
set -eu
ip netns add provider
ip link add eth0 type veth peer name wire netns provider
for one in 'link set lo up' 'link set wire up' 'address add 198.51.100.1/27 dev wire' \\
  '-6 address add fe80::1/64 dev wire nodad' '-6 address add 2001:db8:151:7307::ff/64 dev wire nodad'; do
  ip -n provider $one
done
for one in ${FAR.ipv4}/32 ${FAR.ipv6}/128 ${SERVERS[0]}/32 ${SERVERS[1]}/128; do
  ip -n provider address add "$one" dev lo
done
`;

const UNIT = `[Unit]
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target networking.service
Wants=network-pre.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/provider
[Install]
WantedBy=sysinit.target
`;

const SERVER = `
import socket, socketserver
class Teller(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall((self.client_address[0].removeprefix('::ffff:') + '\\n').encode())
class Server(socketserver.ThreadingTCPServer):
    address_family, allow_reuse_address = socket.AF_INET6, True
Server(('::', 80), Teller).serve_forever()
`;

const STANZA = `
auto eth0
iface eth0 inet static
  address ${OWN.ipv4}/27
  gateway 198.51.100.1
iface eth0 inet6 static
  address ${OWN.ipv6}/64
  gateway fe80::1
`;

/** Gives a hypervisor a NIC eth0 with addresses, by which a provider's router and the Internet are reached, also after a reboot. */
export async function connectToProvider(hypervisor: Hypervisor): Promise<void> {
  const files = {
    '/usr/local/sbin/provider': SCRIPT,
    '/etc/systemd/system/provider.service': UNIT,
    '/etc/network/interfaces.d/eth0': STANZA,
    '/usr/local/sbin/teller.py': SERVER,
  };
  for (const [path, input] of Object.entries(files))
    await hypervisor.exec(['sh', '-c', `cat >${path}`], { input });
  const script = 'chmod +x /usr/local/sbin/provider; systemctl enable --now provider 2>&1; ifup eth0';
  await hypervisor.exec(['sh', '-ec', script]);
}

/** Starts the servers of the Internet; the names are dnsmasq's, which a hypervisor has. */
export async function serveInternet(hypervisor: Hypervisor): Promise<void> {
  const names = ['--no-resolv', '--no-hosts', `--host-record=${FAR.name},${FAR.ipv4},${FAR.ipv6}`];
  const addresses = SERVERS.map((address) => `--listen-address=${address}`);
  const dnsmasq = ['dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--bind-interfaces', ...names];
  const inside = ['ip', 'netns', 'exec', 'provider'];
  for (const [unit, argv] of Object.entries({
    names: [...dnsmasq, '--user=root', '--pid-file', ...addresses],
    teller: ['python3', '/usr/local/sbin/teller.py'],
  }))
    await hypervisor.exec(['systemd-run', '--quiet', '--collect', `--unit=${unit}`, ...inside, ...argv]);
  const listening = 'ip netns exec provider ss -Hltn sport = :80 or sport = :53 | wc -l';
  await hypervisor.exec(['sh', '-c', `until [ "$(${listening})" = 3 ]; do sleep 0.1; done`]);
}

/**
 * Does something until an echo request has come to the Internet.
 * @returns the address that it came from, as the Internet sees it
 */
export async function echoFrom(
  hypervisor: Hypervisor,
  family: 4 | 6,
  ping: () => Promise<void>,
): Promise<string> {
  const request = family === 4 ? 'icmp[icmptype] == icmp-echo' : 'icmp6 and ip6[40] == 128';
  const watch = ['tcpdump', '-nlt', '-c', '1', '-i', 'wire', request];
  let line: string | undefined;
  const seen = hypervisor
    .exec(['ip', 'netns', 'exec', 'provider', ...watch], { timeout: 120 })
    .then((done) => {
      line = done.stdout;
    });
  // tcpdump says on its standard error only that it listens.
  while (line === undefined) await Promise.race([seen, ping()]);
  return /^IP6? (\S+) > /.exec(line)?.[1] ?? line;
}
