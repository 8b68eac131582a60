"""Mounting, in mount namespaces made for the test."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nslab.kernel import mounts
from nslab.kernel.mounts import MountFlag
from nslab.kernel.namespaces import Kind
from nslab.kernel.syscalls import invoke

PRIVATE = int(MountFlag.REC | MountFlag.PRIVATE)


def mounted(path: str) -> list[str]:
    """Options of the mounts at `path`, the latest last."""
    lines = (line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines())
    return [fields[5] for fields in lines if fields[4] == path]


def tmpfs(path: str) -> None:
    mounts.mount(None, "/", None, PRIVATE, None)
    mounts.mount("tmpfs", path, "tmpfs", int(MountFlag.NOSUID), "size=64k")


def test_a_mount_is_there_with_its_flags_until_it_is_unmounted(inside: Callable[..., Any]) -> None:
    def action() -> list[list[str]]:
        tmpfs("/tmp")
        during = mounted("/tmp")
        mounts.umount2("/tmp", 0)
        return [during[-1].split(","), mounted("/tmp")]

    during, after = inside(action, Kind.MNT)
    assert "nosuid" in during
    assert len(after) == len(mounted("/tmp"))


def test_a_busy_mount_is_ebusy_and_goes_when_detached(inside: Callable[..., Any]) -> None:
    def action() -> list[Any]:
        tmpfs("/tmp")
        os.chdir("/tmp")
        try:
            mounts.umount2("/tmp", 0)
        except OSError as error:
            return [error.errno, mounts.umount2("/tmp", mounts.MNT_DETACH)]
        return []

    assert inside(action, Kind.MNT) == [errno.EBUSY, 0]


def test_a_recursive_attribute_reaches_the_mounts_below(inside: Callable[..., Any]) -> None:
    def action() -> list[str]:
        tmpfs("/tmp")
        os.mkdir("/tmp/below")
        mounts.mount("tmpfs", "/tmp/below", "tmpfs", 0, None)
        mounts.mount_setattr("/tmp", mounts.MOUNT_ATTR_RDONLY, recursive=True)
        return [mounted(path)[-1].split(",")[0] for path in ("/tmp", "/tmp/below")]

    assert inside(action, Kind.MNT) == ["ro", "ro"]


def test_an_attribute_that_is_not_recursive_stays_at_its_mount(inside: Callable[..., Any]) -> None:
    def action() -> list[str]:
        tmpfs("/tmp")
        os.mkdir("/tmp/below")
        mounts.mount("tmpfs", "/tmp/below", "tmpfs", 0, None)
        mounts.mount_setattr("/tmp", mounts.MOUNT_ATTR_RDONLY, recursive=False)
        return [mounted(path)[-1].split(",")[0] for path in ("/tmp", "/tmp/below")]

    assert inside(action, Kind.MNT) == ["ro", "rw"]


def test_pivot_root_leaves_nothing_of_the_old_root(inside: Callable[..., Any]) -> None:
    def action() -> list[str]:
        tmpfs("/tmp")
        os.mkdir("/tmp/only-this")
        os.chdir("/tmp")
        mounts.pivot_root(".", ".")
        mounts.umount2(".", mounts.MNT_DETACH)
        os.chdir("/")
        return os.listdir("/")

    assert inside(action, Kind.MNT) == ["only-this"]


def test_pivot_root_to_what_is_no_mount_point_is_einval(inside: Callable[..., Any]) -> None:
    def action() -> int:
        tmpfs("/tmp")
        os.mkdir("/tmp/new")
        os.chdir("/tmp/new")
        return mounts.pivot_root(".", ".")

    assert inside(action, Kind.MNT) == f"errno {errno.EINVAL}"


def test_a_read_only_mount_of_another_user_namespace_can_not_be_made_writable(inside: Callable[..., Any]) -> None:
    """The lock on which the whole lab rests."""

    def action() -> int:
        tmpfs("/tmp")
        mounts.mount_setattr("/tmp", mounts.MOUNT_ATTR_RDONLY, recursive=False)
        invoke("unshare", Kind.USER.clone_flag | Kind.MNT.clone_flag)
        return mounts.mount(None, "/tmp", None, int(MountFlag.REMOUNT | MountFlag.BIND), None)

    assert inside(action, Kind.MNT) == f"errno {errno.EPERM}"


def test_its_owner_may_make_it_writable_again(inside: Callable[..., Any]) -> None:
    def action() -> int:
        tmpfs("/tmp")
        mounts.mount_setattr("/tmp", mounts.MOUNT_ATTR_RDONLY, recursive=False)
        return mounts.mount(None, "/tmp", None, int(MountFlag.REMOUNT | MountFlag.BIND), None)

    assert inside(action, Kind.MNT) == 0
