#!/bin/sh
# Builds a disk image with Debian, cloud-init and a boot loader on it, from this host's own apt sources.
# It needs neither loop devices nor mounts of the image, so that it works in a container too.
# What it does is said on its standard output, a line each.
# usage: build-image.sh DIRECTORY SUITE SIZE PACKAGE...
#   DIRECTORY  an empty directory of the caller's, who removes it; the image is disk.qcow2 in it in the end
#   SUITE      a Debian release, such as bookworm; `-` for the host's own
#   SIZE       of the disk, in bytes; `-` makes the archive of a container's root instead, root.tar
set -eu
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

work=$(cd "$1" && pwd -P)
suite=$2 size=$3
shift 3
root=$work/root

# shellcheck source=/dev/null
[ "$suite" != - ] || suite=$(. /etc/os-release && echo "$VERSION_CODENAME")

# The first Debian mirror of the host, and the proxy that apt goes through.
# shellcheck disable=SC2016 # apt expands it
mirror=$(apt-get indextargets --format '$(SITE)' 'Identifier: Packages' 'Origin: Debian' | head -n 1)
# shellcheck disable=SC2016
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Identifier: Packages' | head -n 1)
[ -n "$mirror" ] || { echo 'apt has no package lists on this host: run apt-get update' >&2; exit 1; }
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
[ -z "${http_proxy:-}" ] || export http_proxy

packages=$(IFS=, && echo "$*")
{
    debootstrap --variant=minbase ${packages:+--include="$packages"} "$suite" "$root" "$mirror" 2>&1 && : >"$work/done"
} | tee "$work/log"
[ -e "$work/done" ] || {
    tail -q -n 20 "$work/log" "$root/debootstrap/debootstrap.log" >&2 2>/dev/null || true
    exit 1
}

echo 'I: Configuring the image'

# The guest's own configuration: what a cloud image has and a debootstrap hasn't.
[ "$size" = - ] || echo 'LABEL=root / ext4 errors=remount-ro 0 1' >"$root/etc/fstab"
echo localhost >"$root/etc/hostname"
: >"$root/etc/machine-id"
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb
# The seed is the only source; there are no locales to choose from; sudo wants to resolve the guest's own name.
mkdir -p "$root/etc/cloud/cloud.cfg.d"
cat >"$root/etc/cloud/cloud.cfg.d/90-piecewise.cfg" <<'CLOUD'
datasource_list: [NoCloud, None]
locale: false
manage_etc_hosts: localhost
CLOUD

if [ "$size" = - ]; then
    echo 'I: Making the archive'
    tar -C "$root" --numeric-owner --acls --xattrs --xattrs-include='security.capability' --one-file-system \
        --exclude='./dev/*' -cf "$work/root.tar" .
    exit
fi

mkdir -p "$root/boot/grub"
cat >"$root/boot/grub/grub.cfg" <<'GRUB'
set timeout=0
linux /vmlinuz root=LABEL=root ro net.ifnames=0 console=tty0 console=ttyS0,115200
initrd /initrd.img
boot
GRUB

# One partition from the first MiB on; the boot loader in the gap before it. boot.img loads what follows it in
# sector 1, which is where grub-mkimage expects its own image to stand.
echo 'I: Making the disk'
disk=$work/disk.raw
truncate -s "$size" "$disk"
echo 'start=2048, type=83, bootable' | sfdisk --quiet --label dos "$disk"
blocks=$(($(stat -c %s "$disk") / 4096 - 256))
mke2fs -q -t ext4 -b 4096 -L root -O '^metadata_csum_seed,^orphan_file' -E offset=1048576 -d "$root" "$disk" "$blocks"
grub=/usr/lib/grub/i386-pc
grub-mkimage -O i386-pc -p '(hd0,msdos1)/boot/grub' -o "$work/core.img" biosdisk part_msdos ext2 normal linux
dd if=$grub/boot.img of="$disk" bs=440 count=1 conv=notrunc status=none
dd if="$work/core.img" of="$disk" bs=512 seek=1 conv=notrunc status=none

echo 'I: Converting the disk'
qemu-img convert -f raw -O qcow2 "$disk" "$work/disk.qcow2"
