#!/bin/busybox sh
# PID 1 of the guest until its root is there: load what virtiofs needs, lay a tmpfs over the machine's own /, go on in it.
fail() {
    echo "guest: $* failed" >/dev/console
    poweroff -f
}
/bin/busybox mount -t proc proc /proc # from here on applets need no path: busybox finds itself by /proc/self/exe
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/$module" || fail "insmod $module"; done </modules

mkdir /machine /written /root /control
mount -t virtiofs -o ro machine /machine || fail "mount machine"
mount -t virtiofs control /control || fail "mount control"
mount -t tmpfs -o size=75% written /written
mkdir /written/upper /written/work
mount -t overlay -o lowerdir=/machine,upperdir=/written/upper,workdir=/written/work root /root || fail "mount overlay"

mount -t tmpfs -o mode=755 run /root/run
mkdir /root/run/control /root/run/lock
mount --move /control /root/run/control
cp /bin/busybox /boot.sh /root/run/
for directory in dev sys proc; do mount --move "/$directory" "/root/$directory"; done # proc last, see above
# A mere chroot would forbid user namespaces in it, and the kernel would load modules from outside.
exec /bin/busybox switch_root /root /run/busybox sh /run/boot.sh
