/** The name of the unit of a network's dnsmasq. */
export const unitOf = (network: string): string => `piecewise-cloud-dnsmasq@${network}.service`;

/** The drop-in of a network's unit, relative to the directory of units. */
export const dropIn = (network: string): string => `${unitOf(network)}.d/network.conf`;

// dnsmasq binds its DHCP socket to the interface only if that has its address when it starts.
const WAIT = (device: string) =>
  `ExecStartPre=-/bin/sh -c 'for i in $(seq 100); do ip -o address show dev ${device} scope global 2>/dev/null | grep -q . && break; sleep 0.1; done'`;

// A systemd-resolved that doesn't answer takes 25 s for each call, and until then the unit isn't started.
const resolvectl = (calls: readonly string[]) => {
  const all = calls.map((words) => `timeout 5 resolvectl ${words}`);
  return `/bin/sh -c 'systemctl --quiet is-active systemd-resolved || exit 0; ${all.join(' && ')}'`;
};

/**
 * Its text.
 * @param device the host's interface in the network
 * @param names how the host resolves names of the network, where systemd-resolved runs
 */
export function dropInText(
  device: string,
  names: { readonly servers: readonly string[]; readonly domain: string } | undefined,
): string {
  const tell = names
    ? [
        `dns ${device} ${names.servers.join(' ')}`,
        // Not `~`: the host finds the guests by their short names, too.
        `domain ${device} ${names.domain}`,
        `default-route ${device} no`,
      ]
    : [];
  return [
    '# piecewise.cloud: changes made here are lost.',
    '[Service]',
    WAIT(device),
    ...(names
      ? [`ExecStartPost=-+${resolvectl(tell)}`, `ExecStopPost=-+${resolvectl([`revert ${device}`])}`]
      : []),
    '',
  ].join('\n');
}

/** The file name of the template of these units. */
export const TEMPLATE = 'piecewise-cloud-dnsmasq@.service';

/** What a unit of systemd needs to know. */
interface Where {
  /** The configuration of a network, with `%i` in place of its name. */
  readonly config: string;
  /** The directory of its leases below /var/lib, with `%i` in place of its name. */
  readonly state: string;
}

/**
 * The template of the units. Each dnsmasq is a user of its own, and may bind to low ports, and to one interface: what DHCP and
 * router advertisements take (measured). systemd gives it its directory, but not a file in it that root has edited:
 * dnsmasq doesn't start with leases that it can't write. Lines that it can't read it leaves out (measured).
 */
export const unitText = ({ config, state }: Where): string => `# piecewise.cloud: changes made here are lost.
[Unit]
Description=DHCP and DNS of the network %i (piecewise.cloud)
After=network.target ovs-vswitchd.service systemd-resolved.service
StartLimitIntervalSec=0

[Service]
Type=forking
PIDFile=/run/piecewise-cloud-dnsmasq/%i/pid
ExecStartPre=-+/bin/chown --silent --no-dereference --reference=/var/lib/private/${state} /var/lib/private/${state}/leases
ExecStart=/usr/sbin/dnsmasq --conf-file=${config} --pid-file=/run/piecewise-cloud-dnsmasq/%i/pid
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
DynamicUser=yes
RuntimeDirectory=piecewise-cloud-dnsmasq/%i
StateDirectory=${state}
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_NET_ADMIN CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_ADMIN CAP_NET_RAW
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`;
