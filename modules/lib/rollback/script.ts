import { dirname } from 'node:path/posix';
import { type Address, formatAddress } from '../net/address.ts';
import { formatRoute } from '../net/route.ts';
import {
  ABOUT,
  ARMING,
  CONFIRMED,
  DIRECTORY,
  FILES,
  LOCK,
  RAISED,
  SCRIPT,
  SERVICE,
  savedAs,
  TIMER,
  UNDOING,
  UNDONE,
  UNIT,
} from './paths.ts';
import type { Had, RestorePoint } from './restore-point.ts';

/** Seconds that the script waits for a step of the task to end. */
const STEP = 20;

// Names are those of network interfaces, and paths our own or Debian's: no shell could misread them, but quoting is
// cheap.
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The script that puts everything back, for a POSIX shell, so that it needs nothing of ours. It may be ended at any
 * point and run again: nothing that it needs is deleted before everything is back, and what is back already is not done
 * again. Open vSwitch comes first, since it may hold the interface; then files, so that what brings the interface up
 * finds its old ones; then what the interface had, whoever was to have brought it.
 */
export function script(back: RestorePoint): string {
  const { nic, bridge } = back;
  const [n, b] = [quoted(nic), quoted(bridge)];
  return `#!/bin/sh
# piecewise.cloud: gives ${nic} back what it had before it became a port of ${bridge}.
set -u
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin
back=yes files=yes
failed() { # WHAT
  echo "$1 is not back yet" >&2
  back=no
}
put() { # SAVED PATH
  cmp -s "$1" "$2" && return
  # Hidden, or ifupdown would read both.
  new=\${2%/*}/.\${2##*/}.piecewise
  # Where there is no room for a copy there may be a link.
  { { cp -p "$1" "$new" && sync "$new"; } || ln -f "$1" "$new"; } && rm -f ${RAISED} && mv -f "$new" "$2" && return
  rm -f "$new"
  files=no
  failed "$2"
}
drop() { # PATH
  rm -f "$1" && return
  files=no
  failed "$1"
}
address() { # DEVICE ADDRESS
  ip address replace "$2" dev "$1" || failed "$2"
}
route() { # DEVICE FAMILY ROUTE...
  device=$1 family=$2
  shift 2
  ip "-$family" route show "$@" dev "$device" | grep -q . ||
    ip "-$family" route replace "$@" dev "$device" || failed "$*"
}

# Waits for a running step of the task, but not forever: it may hang.
(umask 077 && : >>${LOCK})
command exec 9<${LOCK}
# A task that is still arming the rollback must finish first.
flock --timeout ${STEP} 9 || [ ! -e ${ARMING} ] || exit 1

mv -f ${ABOUT} ${UNDOING} 2>/dev/null
# Of a change that was confirmed, has not begun, or is undone, only files are left to remove.
if [ -e ${UNDOING} ] || [ -e ${ABOUT} ]; then

# Only once: a retry must not interrupt what is up again.
if [ ! -e ${RAISED} ]; then
${indented(leave(back, b))}
fi
${remove(back, b, n)}
${files(back)}
if [ $files = yes ] && [ ! -e ${RAISED} ]; then
${indented(raise(back, b, n))}
  touch ${RAISED}
fi
ip link set dev ${n} up || failed ${n}
${live(back.had, n).join('\n')}
# The bridge may be removed, or missing while vswitchd is stopped.
if [ -e /sys/class/net/${b} ]; then
${indented([...(back.bridgeHad.up ? [`ip link set dev ${b} up || failed ${b}`] : []), ...live(back.bridgeHad, b)])}
fi

[ $back = yes ] || exit 1
${ended(back)}

fi
sync ${DIRECTORY}
rm -rf ${FILES} ${ARMING} ${CONFIRMED} ${RAISED} || exit 1
[ ! -e ${TIMER} ] || systemctl disable --now ${UNIT}.timer || exit 1
rm -f ${SERVICE} ${TIMER} || exit 1
systemctl daemon-reload
rm -f ${SCRIPT}
`;
}

// What a task undoes itself needs no record, by which ovs_confirm would say that it was not confirmed.
const ended = ({ undoes }: RestorePoint) =>
  undoes
    ? `rm -f ${UNDOING} || exit 1`
    : `mv -f ${UNDOING} ${UNDONE} || exit 1
date --iso-8601=seconds >${UNDONE}`;

type Made = Pick<RestorePoint, 'bridge' | 'nic' | 'record'>;

const COMMANDS = {
  bridge: ({ bridge }: Made) => `--if-exists del-br ${bridge}`,
  port: ({ bridge, nic }: Made) => `--if-exists del-port ${bridge} ${nic}`,
  record: ({ nic, record }: Made) => `--if-exists remove port ${nic} external_ids ${record}`,
};

function remove({ made, record }: RestorePoint, bridge: string, nic: string): string {
  const command = COMMANDS[made]({ bridge, nic, record });
  return `# Also where the database is stopped, or Open vSwitch would take the interface again at its start.
if ! timeout 15 ovs-vsctl --timeout=10 -- ${command}; then
  timeout 15 systemctl start ovsdb-server
  timeout 15 ovs-vsctl --timeout=10 --no-wait -- ${command} || failed 'Open vSwitch'
  # Without vswitchd nothing else removes it from the kernel's datapath.
  ${made === 'record' ? '' : `systemctl is-active --quiet ovs-vswitchd || timeout 5 ovs-dpctl del-if ovs-system ${nic}`}
fi
`;
}

// With a command that does nothing, since a shell takes no empty list.
const indented = (lines: readonly string[]) => [...lines, ':'].map((line) => `  ${line}`).join('\n');

const deleted = (addresses: readonly Address[], device: string) =>
  addresses.map((address) => `ip address delete ${formatAddress(address)} dev ${device} 2>/dev/null`);

// Nothing that ifupdown starts may keep the lock.
const leave = ({ keeper, given, bridgeHad }: RestorePoint, bridge: string) => [
  ...(keeper === 'ifupdown' ? [`ifquery --state ${bridge} && timeout 30 ifdown --force ${bridge} 9<&-`] : []),
  ...deleted(given, bridge),
  ...(bridgeHad.up ? [] : [`ip link set dev ${bridge} down 2>/dev/null`]),
];

// Removing first makes room for the rest.
function files({ files: of }: RestorePoint): string {
  const saved = [...of].map(([path, text], i) => ({ path, text, i }));
  return [
    ...saved.filter(({ text }) => text === undefined).map(({ path }) => `drop ${quoted(path)}`),
    ...saved
      .filter(({ text }) => text !== undefined)
      .map(({ path, i }) => `put ${savedAs(i)} ${quoted(path)}`),
    ...[...new Set(saved.map(({ path }) => dirname(path)))].map(
      (directory) => `[ ! -d ${quoted(directory)} ] || sync ${quoted(directory)}`,
    ),
  ].join('\n');
}

// ifupdown fails on an address that is already assigned.
function raise({ keeper, had, bridgeHad }: RestorePoint, bridge: string, nic: string): string[] {
  const ifup = (device: string) => `timeout 60 ifup --force ${device} 9<&-`;
  if (keeper === 'networkd') {
    const devices = bridgeHad.up ? `${nic} ${bridge}` : nic;
    return ['networkctl reload', `timeout 10 networkctl reconfigure ${devices}`, 'sleep 1'];
  }
  return [
    ...deleted(had.addresses, nic),
    ifup(nic),
    ...(bridgeHad.raised ? [...deleted(bridgeHad.addresses, bridge), ifup(bridge)] : []),
  ];
}

const live = ({ addresses, routes }: Had, device: string) => [
  ...addresses.map((address) => `address ${device} ${formatAddress(address)}`),
  ...routes.map((route) => `route ${device} ${route.to.family} ${formatRoute(route)}`),
];
