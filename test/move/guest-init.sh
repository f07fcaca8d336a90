#!/bin/busybox sh
# shellcheck shell=dash
# The init of the guest that the tests of moves look at. It counts: each number goes to its disks, and then over one TCP
# connection, which is never opened again. On request it tells what its disks have. The power button shuts it down.
# Each disk has a pattern that stays, a log of the last 1024 numbers, and room that is written over and over.
export PATH=/bin

# Offsets in MiB, of the pattern, the log and the room. The first disk begins with the file system of the image, and has
# more of the image behind that, which belongs to the pattern.
layout() {
  case $1 in
    vda) pattern=28 made=32 log=40 room=44 ;;
    *) pattern=0 made=0 log=8 room=12 ;;
  esac
}
disks() {
  (cd /sys/block && echo vd*)
}

# The numbers in the log of a disk.
logged() {
  dd if="/dev/$1" bs=1M skip="$log" count=4 2>/dev/null | tr -d '\0' | sort -n
}

# One line for each disk: its name, the digest of its pattern, and the first, the last and how many of its log.
report() {
  sync
  echo 3 >/proc/sys/vm/drop_caches
  for disk in $(disks); do
    layout "$disk"
    digest=$(dd if="/dev/$disk" bs=1M skip="$pattern" count=$((log - pattern)) 2>/dev/null | md5sum)
    echo "$disk ${digest%% *} $(logged "$disk" | awk 'NR == 1 { first = $1 } { last = $1 } END { print first, last, NR }')"
  done
}

if [ "$1" = report ]; then
  report
  exit
fi

/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/lib/$module.ko"; done </lib/modules

# Words of the kernel's command line; what isn't there has this value.
address='' to='' port=7007 every=0.2 busy=4
# shellcheck disable=SC2013
for word in $(cat /proc/cmdline); do
  case $word in
    move.address=*) address=${word#*=} ;;
    move.to=*) to=${word#*=} ;;
    move.port=*) port=${word#*=} ;;
    move.every=*) every=${word#*=} ;;
    move.busy=*) busy=${word#*=} ;;
  esac
done

last=0
for disk in $(disks); do
  layout "$disk"
  seen=$(logged "$disk" | tail -n 1)
  if [ -z "$seen" ]; then
    dd if=/dev/urandom of="/dev/$disk" bs=1M seek="$made" count=$((log - made)) conv=notrunc,fsync 2>/dev/null
  elif [ "$seen" -gt "$last" ]; then
    last=$seen
  fi
done
dd if=/dev/urandom of=/noise bs=1M count=1 2>/dev/null

count() {
  number=$last
  # An end by the power button is one between two numbers.
  trap 'exit' TERM
  while :; do
    number=$((number + 1))
    for disk in $(disks); do
      layout "$disk"
      echo "$number" | dd of="/dev/$disk" bs=4096 seek=$((log * 256 + number % 1024)) conv=notrunc,sync,fsync 2>/dev/null
    done
    layout vda
    dd if=/noise of=/dev/vda bs=1024 count="$busy" seek=$((room * 1024 + number * busy % 16384)) conv=notrunc,fsync 2>/dev/null
    echo "$number"
    sleep "$every"
  done
}

ip link set lo up
ip address add "$address" dev eth0
ip link set eth0 up
(while :; do nc -l -p 7008 -e /init report; done) &

for event in /dev/input/event*; do
  (
    head -c 24 "$event" >/dev/null
    echo 'the power button was pressed'
    kill -TERM "$(cat /count.pid)"
    sleep 1
    sync
    poweroff -f
  ) &
done

echo "the guest is at $address and counts from $last on"
if [ -n "$to" ]; then
  until ping -c 1 -W 1 "$to" >/dev/null; do :; done
fi
{
  sh -c 'echo $PPID' >/count.pid
  count
} | nc "$to" "$port"
echo 'the connection has ended'
while :; do sleep 3600; done
