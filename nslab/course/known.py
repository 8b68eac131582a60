"""What lessons may refer to: the names a lesson's faults are measured against."""

from __future__ import annotations

from msgspec import Struct

PANES = frozenset({"namespaces", "processes", "calls"})
"""Panes that a lesson may show; the screen has one for each."""

NEEDS = frozenset(
    {
        "user-namespaces",
        "pid-namespaces",
        "uts-namespaces",
        "mount-namespaces",
        "ipc-namespaces",
        "cgroup-namespaces",
        "network-namespaces",
        "time-namespaces",
        "cgroup-v2",
        "overlay",
        "veth",
        "subordinate-ids",
    }
)
"""Probes of `nslab doctor` that a lesson may need."""

PROGRAMS = {
    "cc": "gcc",
    "hostname": "hostname",
    "ip": "iproute2",
    "ipcmk": "util-linux",
    "ipcs": "util-linux",
    "lsns": "util-linux",
    "mount": "mount",
    "nsenter": "util-linux",
    "pgrep": "procps",
    "ping": "iputils-ping",
    "pivot_root": "util-linux",
    "ps": "procps",
    "pstree": "psmisc",
    "setpriv": "util-linux",
    "strace": "strace",
    "umount": "mount",
    "unshare": "util-linux",
}
"""Programs that a lesson may ask for, each with the Debian package that brings it."""


class Known(Struct, frozen=True):
    """The names that exist. `lessons` is None where any will do, as for a teacher's pack that continues another."""

    panes: frozenset[str] = PANES
    needs: frozenset[str] = NEEDS
    programs: frozenset[str] = frozenset(PROGRAMS)
    lessons: frozenset[str] | None = None
