"""The seccomp filters of the lab and of its containers, as rules."""

from __future__ import annotations

import errno
import termios

from nslab.kernel.namespaces import Kind
from nslab.kernel.seccomp import Deny

TIOCLINUX = 0x541C

# Parts of the kernel that no lesson needs and that exploits start from, and keys typed into somebody else's terminal.
LAB = (
    *(
        Deny(call)
        for call in (
            "open_by_handle_at",
            "bpf",
            "add_key",
            "request_key",
            "keyctl",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup",
            "io_uring_enter",
            "io_uring_register",
            "kexec_load",
            "kexec_file_load",
            "init_module",
            "finit_module",
            "delete_module",
        )
    ),
    Deny("ioctl", argument=1, equals=int(termios.TIOCSTI)),
    Deny("ioctl", argument=1, equals=TIOCLINUX),
)

ALL_NAMESPACES = sum(
    kind.clone_flag for kind in Kind if kind is not Kind.TIME
)  # CLONE_NEWTIME's bit means another thing to clone(2)

# Beyond LAB, which a container inherits: what moby's default profile lets pass only with CAP_SYS_ADMIN. clone3's flags lie behind
# a pointer, which a filter can't follow: ENOSYS makes a C library fall back to clone(2), whose flags can be seen.
CONTAINER_RULES = (
    Deny("unshare"),
    Deny("setns"),
    Deny("clone", argument=0, mask=ALL_NAMESPACES),
    Deny("clone3", errno=errno.ENOSYS),
    *(
        Deny(call)
        for call in (
            "mount",
            "umount2",
            "pivot_root",
            "open_tree",
            "move_mount",
            "fsopen",
            "fsconfig",
            "fsmount",
            "fspick",
            "mount_setattr",
        )
    ),
)

CONTAINER = "container"
"""The name by which a plan refers to CONTAINER_RULES: the program's bytes depend on the machine, a plan does not."""
