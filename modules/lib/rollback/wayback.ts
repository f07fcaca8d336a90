import { type Address, formatAddress } from '../net/address.ts';
import { formatRoute, type Route } from '../net/route.ts';

/** What a host has to be put back to. */
export interface WayBack {
  /** The interface of the host that becomes a port, and its bridge. */
  readonly nic: string;
  readonly bridge: string;
  /** Seconds from when it is armed, or from the next boot, until it is taken. */
  readonly seconds: number;
  /** What of Open vSwitch is there only by this change, and goes with it. */
  readonly made: 'bridge' | 'port' | 'nothing';
  /** Whether the bridge's own interface was up. */
  readonly bridgeWasUp: boolean;
  /** What the bridge gets. */
  readonly given: readonly Address[];
  /** What the interface had. */
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  /** Who keeps the host's addresses. */
  readonly keeper: 'ifupdown' | 'networkd';
  /** The files as they were, by path; undefined for one that wasn't there. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

/** Where the way back is kept until it is taken or confirmed; root's alone. */
export const HERE = '/var/lib/piecewise-cloud/rollback';
export const SCRIPT = `${HERE}/back.sh`;
/** It is there while the way back is taken, and afterwards says when that was. */
export const UNDOING = `${HERE}/undoing`;
export const UNDONE = `${HERE}/undone`;
/** What the change is about, for who asks: JSON. */
export const ABOUT = `${HERE}/about.json`;

export const UNIT = 'piecewise-rollback';
export const SERVICE = `/etc/systemd/system/${UNIT}.service`;
export const TIMER = `/etc/systemd/system/${UNIT}.timer`;

/** Where a file is saved, by its place in the list. */
export const savedAs = (index: number): string => `${HERE}/files/${index}`;

export const service = ({ nic }: WayBack): string => `\
[Unit]
Description=Give ${nic} back what it had, since nobody confirmed the change
# At boot, when the network is up as it was left.
After=network.target openvswitch-switch.service ovs-vswitchd.service networking.service systemd-networkd.service

[Service]
Type=oneshot
ExecStart=/bin/sh ${SCRIPT}
Restart=on-failure
RestartSec=1
`;

// Counted from when the timer is started, at boot too: a clock that is set meanwhile is in nobody's way.
export const timer = ({ nic, seconds }: WayBack): string => `\
[Unit]
Description=Give ${nic} back what it had, unless the change is confirmed in time

[Timer]
OnActiveSec=${seconds}
AccuracySec=100ms
Unit=${UNIT}.service

[Install]
WantedBy=timers.target
`;

// Names are those of network interfaces, and paths our own or Debian's: no shell could misread them, but quoting is
// cheap.
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The script that puts everything back, for a POSIX shell, so that it needs nothing of ours. It may be ended at any
 * point and run again. Open vSwitch comes first, since it may hold the interface; then files, so that what brings the
 * interface up finds its old ones; then what the interface had, whoever was to have brought it.
 */
export function script(back: WayBack): string {
  const { nic, bridge } = back;
  const [n, b] = [quoted(nic), quoted(bridge)];
  return `#!/bin/sh
# piecewise.cloud: gives ${nic} back what it had before it became a port of ${bridge}.
set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p ${UNDOING}

${leave(back, b)}
${remove(back, b, n)}
put() { # SAVED PATH
  cp -p "$1" "$2.piecewise" && sync "$2.piecewise" && mv "$2.piecewise" "$2"
}
${files(back)}
${join(back, n)}
ip link set dev ${n} up
${back.addresses.map((address) => `ip address replace ${formatAddress(address)} dev ${n}`).join('\n')}
${back.routes.map((route) => `ip -${route.to.family} route add ${formatRoute(route)} dev ${n}`).join('\n')}

date --iso-8601=seconds >${UNDONE}
systemctl disable --now ${UNIT}.timer
rm -f ${SERVICE} ${TIMER}
rmdir ${UNDOING}
systemctl daemon-reload
rm -rf ${HERE}/files ${ABOUT} ${SCRIPT}
exit 0
`;
}

const COMMANDS = {
  bridge: (bridge: string, _: string) => `--if-exists del-br ${bridge}`,
  port: (bridge: string, nic: string) => `--if-exists del-port ${bridge} ${nic}`,
};

function remove({ made }: WayBack, bridge: string, nic: string): string {
  if (made === 'nothing') return '';
  const command = COMMANDS[made](bridge, nic);
  return `# A database that has gone has to know, too, or Open vSwitch would take the interface again.
if ! timeout 15 ovs-vsctl --timeout=10 -- ${command}; then
  timeout 15 systemctl start ovsdb-server
  timeout 15 ovs-vsctl --timeout=10 --no-wait -- ${command}
  # Without vswitchd nobody else takes it out of the kernel's datapath.
  systemctl is-active --quiet ovs-vswitchd || timeout 5 ovs-dpctl del-if ovs-system ${nic}
fi
`;
}

const leave = ({ keeper, given, bridgeWasUp }: WayBack, bridge: string) =>
  [
    ...(keeper === 'ifupdown' ? [`timeout 30 ifdown --force ${bridge}`] : []),
    ...given.map((address) => `ip address delete ${formatAddress(address)} dev ${bridge}`),
    ...(bridgeWasUp ? [] : [`ip link set dev ${bridge} down`]),
  ].join('\n');

const files = ({ files: of }: WayBack) =>
  [...of]
    .map(([path, text], i) =>
      text === undefined ? `rm -f ${quoted(path)}` : `put ${savedAs(i)} ${quoted(path)}`,
    )
    .join('\n');

const join = ({ keeper }: WayBack, nic: string) =>
  keeper === 'ifupdown'
    ? `timeout 60 ifup --force ${nic}`
    : `networkctl reload\ntimeout 10 networkctl reconfigure ${nic}\nsleep 1`;
