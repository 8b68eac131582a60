"""Limits: of this process by the kernel's own words, of cgroups in a tree as cgroup v2 would have it."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from nslab.kernel import procfs
from nslab.kernel.cgroups import CgroupLine, read_cgroup
from nslab.kernel.procfs import Mount
from nslab.observe.limits import CgroupLimit, Limits, limits_of, own_mounts, tightest
from nslab.observe.namespaces import Unread

Write = Callable[..., None]


@pytest.fixture
def tree(tmp_path: Path) -> Write:
    """Write files of a cgroup: `tree("/a/b", **{"memory.max": "7"})`."""

    def write(group: str, **files: str) -> None:
        folder = tmp_path / group.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(f"{text}\n")

    return write


def mount(point: Path, root: str = "/") -> Mount:
    return Mount(1, 0, "0:1", root, str(point), "rw", (), "cgroup2", "cgroup2", "rw")


def own_limits(lines: tuple[CgroupLine, ...], mounts: tuple[Mount, ...]) -> Limits:
    with procfs.own_process() as process:
        return limits_of(process, lines, mounts)


def test_the_tightest_on_the_way_up_is_the_one_that_counts(tmp_path: Path, tree: Write) -> None:
    tree("/a", **{"memory.max": "4096", "pids.max": "max"})
    tree("/a/b", **{"memory.max": "max", "pids.max": "30"})
    tree("/a/b/c", **{"memory.max": "8192", "pids.max": "40"})
    assert list(tightest(tmp_path, PurePosixPath("/a/b/c"))) == [
        CgroupLimit("memory.max", 4096, "4096", "/a"),
        CgroupLimit("pids.max", 30, "30", "/a/b"),
    ]


def test_a_quota_is_told_in_cpus_and_compared_by_what_it_grants_in_its_period(tmp_path: Path, tree: Write) -> None:
    tree("/a", **{"cpu.max": "max 100000"})
    tree("/a/b", **{"cpu.max": "50000 100000"})
    tree("/a/b/c", **{"cpu.max": "60000 200000"})
    assert list(tightest(tmp_path, PurePosixPath("/a/b/c"))) == [CgroupLimit("cpu.max", 0.3, "60000 200000", "/a/b/c")]


def test_a_set_of_all_cpus_is_no_limit(tmp_path: Path, tree: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    tree("/a", **{"cpuset.cpus.effective": "0-7"})
    tree("/a/b", **{"cpuset.cpus.effective": "0-2,7"})
    (limit,) = tightest(tmp_path, PurePosixPath("/a/b"))
    assert (limit.amount, limit.cgroup) == (4, "/a/b")
    assert list(tightest(tmp_path, PurePosixPath("/a"))) == []


def test_a_mount_that_begins_at_a_group_of_its_own_is_read_from_there(tmp_path: Path, tree: Write) -> None:
    tree("/inner", **{"pids.max": "5"})
    limits = own_limits((CgroupLine(0, (), "/outer/inner"),), (mount(tmp_path, "/outer"),))
    assert [(limit.amount, limit.cgroup) for limit in limits.by_cgroup] == [(5, "/inner")]
    assert limits.unseen is None


@pytest.mark.parametrize(
    ("lines", "unseen"),
    [
        ((CgroupLine(3, ("memory", "cpu"), "/x"),), "no-v2"),
        ((CgroupLine(0, (), "/../other"),), "outside"),
        ((CgroupLine(0, (), "/elsewhere"),), "not-mounted"),
    ],
)
def test_why_a_group_is_not_read_is_told(tmp_path: Path, lines: tuple[CgroupLine, ...], unseen: str) -> None:
    limits = own_limits(lines, (mount(tmp_path, "/outer"),))
    assert (limits.unseen, limits.by_cgroup) == (unseen, ())


def test_controllers_that_version_1_has_taken_are_named() -> None:
    lines = (
        CgroupLine(3, ("memory",), "/x"),
        CgroupLine(2, ("cpu", "cpuacct"), "/"),
        CgroupLine(1, ("name=systemd",), "/"),
    )
    assert own_limits(lines, ()).v1 == ("cpu", "cpuacct", "memory")


def test_one_s_own_resource_limits_are_getrlimit_s() -> None:
    with procfs.own_process() as process:
        limits = limits_of(process, read_cgroup(process), own_mounts())
    assert not isinstance(limits.by_process, Unread)
    (files,) = (limit for limit in limits.by_process if limit.name == "RLIMIT_NOFILE")
    assert files.soft == resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def test_resource_limits_that_cannot_be_read_are_an_errno_not_none_at_all(tmp_path: Path) -> None:
    empty = os.open(tmp_path, os.O_PATH)
    assert limits_of(empty, (), ()).by_process == Unread(errno.ENOENT)
    os.close(empty)
