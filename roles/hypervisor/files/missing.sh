#!/bin/sh
# Prints as JSON which of the named packages are not installed, which kernel modules are not loaded now and at each boot,
# which services are not started now and at each boot, and which drivers of libvirt are not installed, or not loaded by
# the libvirtd that runs.
# usage: missing.sh packages NAME... modules NAME... services NAME... drivers NAME...
set -eu

# The names of packages, services and paths are Debian's.
supported='Debian 12 and 13'
[ ! -r /etc/os-release ] || . /etc/os-release
case ${ID-}:${VERSION_ID-} in
debian:12 | debian:13) ;;
*)
    echo "this host runs ${PRETTY_NAME:-an unknown distribution}: the role hypervisor supports $supported" >&2
    exit 1
    ;;
esac

misses_package() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' -- "$1" 2>/dev/null)" != installed ]
}

# One that is built into the kernel may show nowhere in /sys.
has_module() {
    [ -d "/sys/module/$(echo "$1" | tr - _)" ] || grep -qs "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin"
}

misses_module() {
    ! has_module "$1" || ! grep -qsx -- "$1" /etc/modules-load.d/piecewise.conf
}

# A service that its socket starts, such as libvirtd, ends by itself when nobody needs it.
misses_service() {
    ! systemctl --quiet is-active -- "$1" "${1%.service}.socket" || ! systemctl --quiet is-enabled -- "$1"
}

# libvirtd loads the drivers that are installed when it starts, and none later. One that doesn't run loads them at its next start.
misses_driver() {
    set -- "$1" /usr/lib/*/libvirt/connection-driver/"libvirt_driver_$1.so"
    [ -e "$2" ] || return 0
    daemon=$(systemctl show --property MainPID --value libvirtd)
    [ "${daemon:-0}" != 0 ] && ! grep -qs "/libvirt_driver_$1\.so" "/proc/$daemon/maps"
}

kind='' separator='' lists=''
for word in "$@"; do
    case $word in
    packages | modules | services | drivers)
        lists="$lists${kind:+],}\"$word\":["
        kind=$word separator=''
        continue
        ;;
    esac
    case $kind in
    packages) misses_package "$word" || continue ;;
    modules) misses_module "$word" || continue ;;
    services) misses_service "$word" || continue ;;
    drivers) misses_driver "$word" || continue ;;
    esac
    lists="$lists$separator\"$word\""
    separator=,
done
printf '{%s]}\n' "$lists"
