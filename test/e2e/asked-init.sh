#!/bin/busybox sh
# shellcheck shell=dash
# The init of a small guest with one NIC, which leases its address, serves its name at TCP port 7000, and runs what it is told on its
# serial console: a line has an id, and a script in base64. The answer is a line with the id, the exit code, and the output in base64.
# It is udhcpc's script too.
export PATH=/bin

# Seconds since the kernel's start.
uptime_now() {
  cut -d' ' -f1 /proc/uptime
}

lease() {
  case $1 in
    bound | renew) ;;
    *) exit ;;
  esac
  # These come from udhcpc.
  # shellcheck disable=SC2154
  {
    ip -4 address flush dev "$interface"
    ip address add "$ip/$mask" dev "$interface"
    [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
    [ -z "$router" ] || ip route replace default via "$router"
    echo "search $domain" >/etc/resolv.conf
    for server in $dns; do echo "nameserver $server" >>/etc/resolv.conf; done
  }
  env >/lease.part
  [ -e /bound ] || uptime_now >/bound
  mv /lease.part /lease
}

if [ $$ != 1 ]; then
  lease "$1"
  exit
fi

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mkdir -p /etc /tmp
while read -r module; do insmod "/lib/$module.ko"; done </lib/modules
name=$(grep -o 'guest\.name=[^ ]*' /proc/cmdline)
echo "${name#*=}" >/name

ip link set lo up
ip link set eth0 up
uptime_now >/begin
udhcpc -i eth0 -f -t 100 -T 1 -A 1 -O mtu -O ntpsrv -s /init >/udhcpc.log 2>&1 &
(while :; do nc -l -p 7000 -e cat /name; done) &

stty -echo </dev/ttyS0
while :; do
  while read -r id script; do
    echo "$script" | base64 -d | sh >/tmp/output 2>&1
    echo "<<$id $? $(base64 </tmp/output | tr -d '\n')>>"
  done </dev/ttyS0 >/dev/ttyS0
done
