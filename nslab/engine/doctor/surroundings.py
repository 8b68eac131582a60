"""What this machine is, as far as it explains a refusal: a container, a chroot, WSL, a Chromebook, a policy.

Never the ground for a verdict: that is always a trial. These only choose the advice that fits.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from nslab.kernel import procfs
from nslab.kernel.seccomp import SECCOMP_MODE_FILTER


def kernel_setting(name: str) -> int | None:
    """The number in /proc/sys/`name`; None where the kernel has no such setting."""
    try:
        return int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return None


def filtered() -> bool:
    """Whether a seccomp filter is on this process."""
    with procfs.own_process() as process:
        return procfs.read_status(process).seccomp == SECCOMP_MODE_FILTER


def in_container() -> bool:
    """Whether docker, podman, or a cloud workspace made this environment, or a seccomp filter watches it."""
    marked = any(os.path.exists(path) for path in ("/.dockerenv", "/run/.containerenv"))
    return marked or "CODESPACES" in os.environ or filtered()


def in_chroot() -> bool:
    """Whether our root is not the root of our mount namespace: clone(2) makes no user namespace there (EPERM)."""
    with procfs.own_process() as process:
        return "/" not in (mount.point for mount in procfs.read_mountinfo(process))


def on_chromebook() -> bool:
    """Whether this is ChromeOS's Linux container."""
    return os.path.exists("/opt/google/cros-containers")


def in_wsl() -> bool:
    """Whether this is the Windows Subsystem for Linux, 1 or 2."""
    return "microsoft" in os.uname().release.lower()


def selinux_enforces() -> bool:
    """Whether SELinux may be what said no."""
    try:
        return Path("/sys/fs/selinux/enforce").read_text().strip() == "1"
    except OSError:
        return False


def launcher() -> str:
    """The installed `nslab`, which an AppArmor profile is to name: never the system's Python, which all programs share."""
    started = os.path.realpath(sys.argv[0])
    return started if os.path.basename(started) == "nslab" else shutil.which("nslab") or started


def forbidden_by() -> str:
    """The cause, as words know it, of a user namespace that the kernel denies (EPERM, EACCES, ENOSYS)."""
    if kernel_setting("kernel/unprivileged_userns_clone") == 0 and os.geteuid() != 0:
        return "userns-switched-off"
    if on_chromebook():
        return "chromebook"
    if in_chroot():
        return "chroot"
    if kernel_setting("kernel/apparmor_restrict_unprivileged_userns") == 1 and os.geteuid() != 0:
        return "apparmor"
    if in_container():
        return "container"
    if selinux_enforces():
        return "selinux"
    return "userns-forbidden"
