"""Programs that lessons use in the lab, and the packages that bring them."""

from __future__ import annotations

import platform
import shutil
import sys

from msgspec import Struct

from nslab.engine.doctor.findings import Finding, missing, ok
from nslab.engine.inventory import brought_compiler
from nslab.engine.spec import DEFAULT_ENVIRONMENT


class Program(Struct, frozen=True):
    """Names under which a program may be there, the first being its own; and its packages by distribution."""

    names: tuple[str, ...]
    debian: str
    fedora: str
    arch: str
    alpine: str


UTIL_LINUX = ("util-linux",) * 4
PROGRAMS: dict[str, Program] = {
    "cc": Program(("cc", "gcc", "clang"), "gcc libc6-dev", "gcc", "gcc", "gcc musl-dev"),
    "chroot": Program(("chroot",), *("coreutils",) * 4),
    "hostname": Program(("hostname",), "hostname", "hostname", "inetutils", "busybox"),
    "ip": Program(("ip",), "iproute2", "iproute", "iproute2", "iproute2"),
    "ipcmk": Program(("ipcmk",), *UTIL_LINUX),
    "ipcs": Program(("ipcs",), *UTIL_LINUX),
    "lsns": Program(("lsns",), *UTIL_LINUX),
    "mount": Program(("mount",), "mount", "util-linux", "util-linux", "util-linux"),
    "nsenter": Program(("nsenter",), *UTIL_LINUX),
    "pgrep": Program(("pgrep",), "procps", "procps-ng", "procps-ng", "procps"),
    "ping": Program(("ping",), "iputils-ping", "iputils", "iputils", "iputils"),
    "pivot_root": Program(("pivot_root",), *UTIL_LINUX),
    "pkill": Program(("pkill",), "procps", "procps-ng", "procps-ng", "procps"),
    "ps": Program(("ps",), "procps", "procps-ng", "procps-ng", "procps"),
    "pstree": Program(("pstree",), "psmisc", "psmisc", "psmisc", "psmisc"),
    "renice": Program(("renice",), "bsdutils", "util-linux", "util-linux", "util-linux-misc"),
    "setpriv": Program(("setpriv",), "util-linux", "util-linux", "util-linux", "setpriv"),
    "strace": Program(("strace",), "strace", "strace", "strace", "strace"),
    "umount": Program(("umount",), "mount", "util-linux", "util-linux", "util-linux"),
    "unshare": Program(("unshare",), *UTIL_LINUX),
    "uptime": Program(("uptime",), "procps", "procps-ng", "procps-ng", "procps"),
}

# os-release's ID or ID_LIKE → how packages are installed there. Where none fits, Debian's names are shown.
INSTALLERS = {
    "debian": "sudo apt install {}",
    "fedora": "sudo dnf install {}",
    "arch": "sudo pacman -S {}",
    "alpine": "sudo apk add {}",
}
LIKE = {"ubuntu": "debian", "rhel": "fedora", "centos": "fedora"}


# Not for lessons: these widen what the lab can do.
NEWUIDMAP = Program(("newuidmap",), "uidmap", "shadow-utils", "shadow", "shadow-subids")


COMPILER = "cc"  # the one program that an extra of nslab brings too


def program(probe: str) -> Finding:
    """Whether the lab, which sees the system's directories and no home, will find the program."""
    wanted = PROGRAMS[probe]
    path = dict(entry.split("=", 1) for entry in DEFAULT_ENVIRONMENT)["PATH"]
    found = next(filter(None, (shutil.which(name, path=path) for name in wanted.names)), None)
    if found is None and probe == COMPILER and (brought := brought_compiler()):
        found = f"{brought}/zig"
    if found:
        return ok(probe, path=found)
    if probe == COMPILER:
        return missing(probe, "no-compiler", install=install_command(wanted), python=sys.executable)
    return missing(probe, "no-program", program=probe, install=install_command(wanted))


def install_command(wanted: Program) -> str:
    """The command that installs the program on this distribution."""
    family = distribution()
    return INSTALLERS[family].format(getattr(wanted, family))


def distribution() -> str:
    """One of INSTALLERS' families."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "debian"
    names = (release["ID"], *release.get("ID_LIKE", "").split())
    return next((family for name in names if (family := LIKE.get(name, name)) in INSTALLERS), "debian")
