"""Where in the tree of cgroup v2 this process may make groups with limits: what there is, and what follows from it.

Told by looking at one's own group, never by a path that some machine has. Writable is not enough: root may write everywhere, and
a user's session writes to groups that their service manager gives and takes controllers as it needs them. Where systemd runs, a
group is handed over only if systemd says so, by an attribute of the directory; see systemd.resource-control(5), Delegate=.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from msgspec import Struct

from nslab.engine.delegation import systemd
from nslab.kernel import procfs
from nslab.kernel.cgroup2.core import parse_controllers
from nslab.kernel.cgroups import read_cgroup, unified

OUTSIDE = "nslab-outside"
"""The leaf for processes that were in the place itself: a group that hands controllers on may hold none."""
CONTROLLERS = ("cpu", "memory", "pids", "io", "cpuset")
"""Those that limits are for. A hybrid machine may have others in v2 (hugetlb, misc), which are left alone."""
MARKS = ("user.delegate", "trusted.delegate")  # the second for root alone, and the only one before systemd 251


class Facts(Struct, frozen=True, kw_only=True):
    """What a process finds of the group that it is in.

    `path` is as /proc has it, None without cgroup v2. `directory` is where that lies, None where no `mount` shows it. `top`: it is
    the root, of the machine or of a container's cgroup namespace. `given`: all controllers that this mount of cgroup v2 has.
    """

    path: str | None = None
    directory: Path | None = None
    mount: Path | None = None
    top: bool = False
    read_only: bool = False
    writable: bool = False
    owner: int = 0
    marked: bool = False
    controllers: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    uid: int = 0
    systemd: bool = False
    reachable: bool = False
    asked: bool = False

    @property
    def handed_over(self) -> bool:
        """Whether it is ours to divide. Root's own are not, but for the top of a tree that no service manager keeps."""
        if not self.writable or not self.controllers:
            return False
        if self.systemd:
            return self.marked
        anothers = self.uid == 0 and self.owner != 0  # given away to a lab's root, by whoever made it
        return self.uid != 0 or anothers or self.top


class Here(Struct, frozen=True):
    """A group that is ours: labs get theirs below it, with these controllers."""

    directory: Path
    controllers: tuple[str, ...]


class Ask(Struct, frozen=True):
    """None yet, and a service manager that would give one: see `systemd`."""


class Lack(Struct, frozen=True):
    """None to be had. `cause` has words for why and what to do; path and directory are those of our own group.

    `top` is the mount that shows it: whoever may, makes a group there, where every controller is.
    """

    cause: str
    path: str = ""
    directory: str = ""
    top: str = ""


Place = Here | Ask | Lack


def decide(facts: Facts) -> Place:
    """What to do about it. Pure."""
    if facts.path is None:
        return Lack("cgroup1-only")
    if facts.directory is None:
        return Lack("cgroup-out-of-sight", facts.path)
    here = Here(facts.directory, tuple(sorted(facts.controllers)))
    if not facts.given:
        return _lack("cgroup-without-controllers", facts)
    if facts.handed_over:
        return here
    if facts.systemd and facts.reachable and not facts.asked:
        return Ask()
    if facts.uid != 0 and facts.writable and facts.controllers:
        return here  # not handed over, but for want of something better
    if facts.read_only:
        return _lack("cgroup-read-only", facts)
    if facts.systemd:
        return _lack("cgroup-not-given" if facts.reachable else "cgroup-no-manager", facts)
    return _lack("cgroup-anothers", facts)


def _lack(cause: str, facts: Facts) -> Lack:
    return Lack(cause, facts.path or "", str(facts.directory or ""), str(facts.mount or ""))


def find() -> Place:
    """Look, and decide."""
    return decide(look())


def look() -> Facts:
    """The facts for this very process."""
    uid = os.geteuid()
    path, directory, root = own_group()
    if path is None or directory is None:
        return Facts(path=path, uid=uid)
    if directory.name == OUTSIDE:  # where a lab has put us before
        path, directory = os.path.dirname(path), directory.parent
    return Facts(
        path=path,
        directory=directory,
        mount=root,
        top=path == "/",
        read_only=bool(os.statvfs(directory).f_flag & os.ST_RDONLY),
        writable=all(os.access(one, os.W_OK) for one in (directory, directory / "cgroup.procs")),
        owner=directory.stat().st_uid,
        marked=is_marked(directory),
        controllers=controllers_of(directory),
        given=controllers_of(root),
        uid=uid,
        systemd=systemd.booted(),
        reachable=systemd.reachable(uid),
        asked=systemd.asked(),
    )


def own_group() -> tuple[str | None, Path | None, Path]:
    """This process's group: its path in cgroup v2, its directory, and the mount that shows it. None: there is none.

    The last mount of cgroup v2 that shows it, for it may lie over others.
    """
    with procfs.own_process() as process:
        place = unified(read_cgroup(process))
        mounts = [one for one in procfs.read_mountinfo(process) if one.fstype == "cgroup2"]
    if place is None:
        return None, None, Path("/")
    for mount in reversed(mounts):
        root, below = Path(mount.point), os.path.relpath(place.path, mount.root)
        directory = root if below == "." else root / below
        if not below.startswith("..") and _holds_us(directory):
            return place.path, directory, root
    return place.path, None, Path("/")


def _holds_us(directory: Path) -> bool:
    """Whether we are in that very group: what is mounted may show another part of the tree, with the same names."""
    try:
        return str(os.getpid()) in (directory / "cgroup.procs").read_text().split()
    except OSError:
        return False


def controllers_of(directory: Path) -> frozenset[str]:
    """What of CONTROLLERS a group may hand on; nothing where it can't be read."""
    try:
        return parse_controllers((directory / "cgroup.controllers").read_bytes()) & set(CONTROLLERS)
    except (OSError, ValueError):
        return frozenset()


def is_marked(directory: Path) -> bool:
    """Whether systemd says that it has handed the group over, or it is the scope that we have asked for."""
    if systemd.is_ours(directory.name):
        return True
    for mark in MARKS:
        with contextlib.suppress(OSError):
            return os.getxattr(directory, mark) == b"1"
    return False
