#!/bin/busybox sh
# PID 1 of the guest from switch_root on: what a distribution's init would set up, then the one command.
fail() {
    echo "guest: $* failed" >/dev/console
    poweroff -f
}
: >/run/control/up
mkdir -p /dev/pts /dev/shm /dev/net /lib/modules
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
for directory in /dev/shm /tmp /var/tmp; do mount -t tmpfs -o mode=1777 tmpfs "$directory"; done
ln -s /proc/self/fd /dev/fd
mknod -m 666 /dev/net/tun c 10 200
mount -t cgroup2 -o nsdelegate cgroup2 /sys/fs/cgroup || fail "mount cgroup2"
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control
done
mount -t virtiofs -o ro modules /lib/modules || fail "mount modules"
[ -x /sbin/modprobe ] || ln -s /run/busybox /sbin/modprobe
ifconfig lo up
hostname guest
ulimit -n 65536

setsid /bin/sh /run/control/command.sh </dev/null >/run/control/output 2>&1
echo $? >/run/control/status
poweroff -f
