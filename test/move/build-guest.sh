#!/bin/sh
# Builds the image of the guest of guest-init.sh: a file system with a kernel and an initial RAM disk in /boot, as those of
# Debian have, and room behind it. It runs in a lab hypervisor of Debian 12.
# usage: build-guest.sh DIRECTORY
#   DIRECTORY  has the file init; the image is guest.qcow2 in it in the end
set -eu
export LC_ALL=C
cd "$1"
modules='failover net_failover virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk virtio_net evdev button'

apt-get update -q
kernel=$(apt-cache depends linux-image-cloud-amd64 | grep -o 'linux-image-[0-9].*')
apt-get download -q "$kernel" busybox-static
for package in ./*.deb; do dpkg-deb -x "$package" packages; done

mkdir -p initrd/bin initrd/lib initrd/proc initrd/sys initrd/dev boot/boot
cp packages/bin/busybox initrd/bin/busybox
install -m 755 init initrd/init
for module in $modules; do
  find packages/lib/modules -name "$module.ko" -exec cp {} initrd/lib ';'
  echo "$module" >>initrd/lib/modules
done
version=${kernel#linux-image-}
cp "packages/boot/vmlinuz-$version" boot/boot
(cd initrd && find . | busybox cpio -o -H newc 2>/dev/null | gzip -9) >"boot/boot/initrd.img-$version"

truncate -s 24M disk
mke2fs -q -t ext4 -d boot disk
# A guest whose disk is an overlay of another image has another pattern.
truncate -s 28M disk
dd if=/dev/urandom bs=1M count=4 status=none >>disk
truncate -s 64M disk
qemu-img convert -O qcow2 disk guest.qcow2
