"""A control group handed over to somebody, as systemd would hand over a scope: what a lab must have whose root makes groups."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nslab.kernel import procfs
from nslab.kernel.cgroups import read_cgroup, unified

HANDED_OVER = ("cgroup.procs", "cgroup.threads", "cgroup.subtree_control")  # cgroup-v2.rst, "Delegation Containment"

TEST_GROUP = "nslab-test-"  # and who made it


def top() -> Path:
    """The directory of our own group: below the mount of cgroup v2, wherever a hybrid machine has it. Raises LookupError."""
    with procfs.own_process() as process:
        place = unified(read_cgroup(process))
        mounts = [mount for mount in procfs.read_mountinfo(process) if mount.fstype == "cgroup2"]
    if place is None or not mounts:
        raise LookupError("no cgroup v2")
    return Path(os.path.normpath(f"{mounts[-1].point}/{os.path.relpath(place.path, mounts[-1].root)}"))


def in_group(group: int, command: Sequence[str]) -> tuple[str, ...]:
    """A command that moves itself into the group of an open directory before it begins. Wants `pass_fds=(group,)`."""
    return ("sh", "-c", 'echo 0 >"/proc/self/fd/$0/cgroup.procs" && exec "$@"', str(group), *command)


@contextmanager
def delegated(uid: int) -> Iterator[Path]:
    """A new group that belongs to `uid`; removed with all that was made in it. For root."""
    group = top() / f"{TEST_GROUP}{os.getpid()}"
    group.mkdir()
    try:
        for name in ("", *HANDED_OVER):
            os.chown(group / name, uid, -1)
        yield group
    finally:
        for path, _, _ in os.walk(group, topdown=False):
            os.rmdir(path)


def nslab_in(group: Path, user: int, home: Path, *arguments: str, seconds: float) -> subprocess.CompletedProcess[str]:
    """nslab, run by a user in a group. Root enters the group and then becomes the user, who may not cross from ours to that."""
    become = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
    return subprocess.run(
        [
            "sh",
            "-c",
            'echo $$ > "$0" && exec "$@"',
            group / "cgroup.procs",
            *become,
            sys.executable,
            "-P",
            "-m",
            "nslab",
            *arguments,
        ],
        env=os.environ | {"HOME": str(home), "NSLAB_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
