#!/bin/sh
# Runs a program as root of a user namespace of its own, in which the users 0, 1, … are those of a range. Whatever it writes
# belongs to the range, and it has no rights over anything else.
# usage: mapped.sh FIRST COUNT PROGRAM ARGUMENT...
set -eu
first=$1 count=$2
shift 2
exec 3<&0

# The namespace exists as long as a process is in it: this one is, until the program has entered.
unshare --user -- sleep 30 </dev/null >/dev/null 2>&1 3<&- &
holder=$!
ours=$(readlink /proc/self/ns/user)
until [ "$(readlink "/proc/$holder/ns/user")" != "$ours" ]; do
    kill -0 "$holder" || { echo 'unshare: user namespaces are not available on this host' >&2; exit 1; }
    sleep 0.01
done
echo "0 $first $count" >"/proc/$holder/gid_map"
echo "0 $first $count" >"/proc/$holder/uid_map"
exec nsenter --user --target "$holder" --setuid 0 --setgid 0 -- "$@" <&3 3<&-
