"""Where the cgroup v2 tree lies: on machines that have it, beside v1, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from nslab.kernel.procfs import parse_mountinfo
from nslab.observe.cgroup.place import hierarchy, of_mounts

UNIFIED = b"30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
HYBRID = (
    b"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    b"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    b"38 31 0:35 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
    b"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    b"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)


@pytest.mark.parametrize(
    ("mounts", "directory", "elsewhere"),
    [
        (UNIFIED, "/sys/fs/cgroup", set()),
        (HYBRID, "/sys/fs/cgroup/unified", {"cpu", "cpuacct", "memory", "blkio", "io"}),
    ],
)
def test_the_tree_and_what_v1_has_taken(mounts: bytes, directory: str, elsewhere: set[str]) -> None:
    found = of_mounts(parse_mountinfo(mounts))
    assert (found.directory, found.elsewhere) == (Path(directory), elsewhere)


def test_a_machine_without_v2_has_none() -> None:
    assert of_mounts(parse_mountinfo(HYBRID.rpartition(b"41")[0])).directory is None


def test_this_machine_is_as_its_own_mounts_say() -> None:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split(" ")[4] for line in lines if " - cgroup2 " in line]
    assert hierarchy().directory == (Path(points[-1]) if points else None)
