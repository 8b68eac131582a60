"""A moment is read from outside, through a procfs; what ls and ps would show, through the process's own root."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from msgspec import structs

from nslab.observe.moment import Moment, read_moment, read_path
from nslab.observe.namespaces import Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.score import compare

INSIDE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "--uts")


@pytest.fixture
def root() -> Iterator[ProcRoot]:
    with ProcRoot("/proc") as found:
        yield found


def own(root: ProcRoot) -> Moment:
    moment = read_moment(root, os.getpid(), None)
    assert moment is not None
    return moment


def test_what_is_read_of_ourselves_is_what_we_know(root: ProcRoot) -> None:
    moment = own(root)
    assert moment.pid == os.getpid()
    assert moment.root == tuple(sorted(os.listdir("/")))
    assert isinstance(moment.shown, tuple)
    assert os.getpid() in moment.shown
    assert moment.directory == os.getcwd()
    assert isinstance(moment.program, str)
    assert os.path.realpath(sys.executable) == moment.program
    assert moment.root_mount is not None
    assert moment.links == tuple(sorted(os.listdir("/sys/class/net")))


def test_a_process_that_is_gone_has_no_moment(root: ProcRoot) -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    assert read_moment(root, child.pid, None) is None


@pytest.mark.needs("user-namespaces", "pid-namespaces", "proc-mount")
def test_a_process_in_namespaces_of_its_own_is_seen_with_its_own_ps(root: ProcRoot) -> None:
    with subprocess.Popen([*INSIDE, "sh", "-c", "echo; read _"], stdin=-1, stdout=-1) as outer:
        assert outer.stdout is not None
        outer.stdout.readline()
        inner = next(pid for pid in map(int, os.listdir("/proc/self/task")) if pid) and child_of(outer.pid)
        moment = read_moment(root, inner, "box")
        outer.communicate(b"\n")
    assert moment is not None
    assert moment.shown == (1,)
    assert moment.uid == 0
    assert moment.hostname == "box"
    assert {one.name for one in compare(own(root), own(root), moment) if one.differs} >= {
        "mounts",
        "ps",
        "pid",
        "uid_map",
    }


def child_of(pid: int) -> int:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return int(file.read().split()[0])


def test_a_moment_compared_with_itself_differs_nowhere(root: ProcRoot) -> None:
    moment = own(root)
    assert [one for one in compare(moment, moment, moment) if one.differs] == []


def test_two_mounts_at_one_path_are_two(root: ProcRoot) -> None:
    moment = own(root)
    assert isinstance(moment.mounts, tuple)
    twice = structs.replace(moment, mounts=(*moment.mounts, moment.mounts[0]))
    mounts = next(one for one in compare(moment, moment, twice) if one.name == "mounts")
    assert [part.text for part in mounts.before] == [str(len(moment.mounts))]
    assert mounts.after[0].text == str(len(moment.mounts) + 1)
    assert str(mounts.after[1].text).startswith(f"{moment.mounts[0].point} ({moment.mounts[0].fstype}")


def test_a_second_root_on_top_is_another_root_and_both_are_counted(root: ProcRoot) -> None:
    moment = own(root)
    assert isinstance(moment.mounts, tuple)
    assert moment.root_mount is not None
    assert isinstance(moment.roots, int)
    top = structs.replace(moment.root_mount, device="0:0")
    covered = structs.replace(moment, mounts=(*moment.mounts, top))
    assert covered.roots == moment.roots + 1
    assert moment.has_root_of(moment) is True
    assert covered.has_root_of(moment) is moment.has_root_of(covered) is False


def test_what_was_not_read_is_neither_another_root_nor_more_filters(root: ProcRoot) -> None:
    moment, unread = own(root), Unread(errno.EACCES)
    blind = structs.replace(moment, mounts=unread, status=unread, program=unread)
    assert (blind.roots, blind.rights, blind.program_name) == (unread, unread, unread)
    assert blind.has_root_of(moment) is moment.has_root_of(blind) is None
    assert blind.filters_beyond(moment) is moment.filters_beyond(blind) is None
    assert moment.filters_beyond(moment) == 0


@pytest.mark.parametrize(
    ("path", "found"),
    [("/proc", "directory"), ("/dev/null", "device 1:3"), ("/etc/passwd", "file"), ("/nosuch", Unread(errno.ENOENT))],
)
def test_what_a_path_leads_to_is_said_in_inode_7s_words(root: ProcRoot, path: str, found: str | Unread) -> None:
    assert read_path(root, os.getpid(), path) == found


def test_a_link_is_told_and_not_followed(root: ProcRoot, tmp_path: os.PathLike[str]) -> None:
    link = os.path.join(tmp_path, "link")
    os.symlink("/etc/passwd", link)
    assert read_path(root, os.getpid(), link) == "→ /etc/passwd"
