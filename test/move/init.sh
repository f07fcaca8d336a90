#!/bin/sh
# The only program of the guest that the tests of moves look at. It counts: each number goes to its disks, and then over
# one TCP connection, which is never opened again. On request it tells what its disks have.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do
  insmod "/lib/modules/$module.ko" 2>/dev/null
done </lib/modules/order

# Nothing set on the kernel's command line is the guest's default.
every=0.2 busy=4 port=7007 to='' address=''
for word in $(cat /proc/cmdline); do
  case $word in move.*=*) eval "${word%%=*}=\${word#*=}" 2>/dev/null ;; esac
done
