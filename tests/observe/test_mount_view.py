"""Two mount namespaces side by side: how new mounts travel, and which came across; on real namespaces where it can be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from nslab.kernel.procfs import Mount
from nslab.observe.letters import Letters
from nslab.observe.mount_tree import MountTree
from nslab.observe.mount_view import MountRow, MountView, Travel, compared, mount_view
from nslab.observe.mount_watch import Mounts, MountWatch
from nslab.observe.namespace_view import Subject
from nslab.observe.namespaces import Unread
from nslab.observe.roots import ProcRoot
from nslab.observe.scan import Process, read_process

MakeProcess = Callable[..., Process]


def mount(number: int, point: str, *optional: str, device: str = "0:1", parent: int = 1) -> Mount:
    return Mount(number, 0 if point == "/" else parent, device, "/", point, "rw", optional, "tmpfs", "t", "rw")


def mounts(*given: Mount, later: tuple[int, ...] = ()) -> Mounts:
    return Mounts(MountTree(given), frozenset(later))


def side_by_side(process: MakeProcess, host: Mounts | Unread, box: Mounts | Unread) -> MountView:
    first, second = process(1), process(8, in_mnt=2)
    letters = Letters(first.namespaces)
    letters.meet([second.namespaces])
    return mount_view((Subject("host", first), Subject("box", second)), letters, {1: host, 8: box})


def row(view: MountView, path: str) -> MountRow:
    return next(one for one in view.rows if one.path == path)


@pytest.mark.parametrize(
    ("host", "box", "travel"),
    [
        (("shared:1",), ("shared:1",), Travel.BOTH),
        (("shared:1",), ("master:1",), Travel.TO_SECOND),
        (("master:1",), ("shared:1",), Travel.TO_FIRST),
        (("shared:1",), (), Travel.NEITHER),
        (("shared:1",), ("shared:2",), Travel.NEITHER),
    ],
)
def test_how_a_new_mount_travels_follows_from_the_groups(
    process: MakeProcess, host: tuple[str, ...], box: tuple[str, ...], travel: Travel
) -> None:
    view = side_by_side(process, mounts(mount(1, "/", *host)), mounts(mount(9, "/", *box)))
    assert [one.travel for one in view.rows] == [travel]


def test_a_master_is_looked_for_in_both_trees(process: MakeProcess) -> None:
    """box is a slave of group 2, and that is a slave of the host's group: only a mount elsewhere tells so."""
    host = mounts(mount(1, "/", "shared:1"), mount(2, "/between", "shared:2", "master:1"))
    view = side_by_side(process, host, mounts(mount(9, "/", "master:2")))
    assert row(view, "/").travel is Travel.TO_SECOND


def test_a_path_that_only_one_side_has_is_a_row_with_a_gap(process: MakeProcess) -> None:
    view = side_by_side(
        process,
        mounts(mount(1, "/"), mount(2, "/a")),
        mounts(mount(8, "/", parent=0), mount(9, "/a/b", parent=8)),
    )
    assert [(one.path, [cell is not None for cell in one.cells]) for one in view.rows] == [
        ("/", [True, True]),
        ("/a", [True, False]),
        ("/a/b", [False, True]),
    ]


@pytest.mark.parametrize(
    ("host", "box", "came_to"),
    [
        (mount(4, "/m", "shared:1"), mount(5, "/m", "shared:1"), 1),
        (mount(5, "/m", "shared:1"), mount(4, "/m", "shared:1"), 0),
        (mount(5, "/m", "shared:1"), mount(4, "/m", "master:1"), 1),
        (mount(5, "/m", "shared:1"), mount(4, "/m"), None),
        (mount(5, "/m", "shared:1"), mount(4, "/m", "shared:1", device="0:2"), None),
    ],
    ids=["made on the host", "made in box", "a slave makes nothing come out", "private", "another file system"],
)
def test_a_mount_that_came_across_is_told_with_where_it_came_to(
    process: MakeProcess, host: Mount, box: Mount, came_to: int | None
) -> None:
    roots = mount(1, "/", "shared:9"), mount(2, "/", "shared:9")
    view = side_by_side(process, mounts(roots[0], host, later=(host.id,)), mounts(roots[1], box, later=(box.id,)))
    assert row(view, "/m").came_to == came_to
    assert row(view, "/").came_to is None


def test_a_mount_that_was_copied_with_the_namespace_did_not_come_across(process: MakeProcess) -> None:
    both = mount(4, "/m", "shared:1"), mount(5, "/m", "shared:1")
    view = side_by_side(process, mounts(mount(1, "/"), both[0], later=(4,)), mounts(mount(2, "/"), both[1]))
    assert row(view, "/m").came_to is None


def test_a_cell_tells_what_lies_below_and_what_is_hidden(process: MakeProcess) -> None:
    tree = mounts(mount(1, "/"), mount(2, "/a/b"), mount(3, "/a"), mount(4, "/a", parent=3))
    view = side_by_side(process, tree, tree)
    over, covered = row(view, "/a").cells[0], row(view, "/a/b").cells[0]
    assert over is not None
    assert covered is not None
    assert (over.id, over.under, over.hides) == (4, ("tmpfs",), ())
    assert covered.hidden_by == "/a"
    assert over.line == "4 3 0:1 / /a rw - tmpfs t"


def test_two_processes_of_one_namespace_have_one_tree(process: MakeProcess) -> None:
    first, second = process(1), process(8, in_pid=2)
    subjects = Subject("host", first), Subject("box", second)
    seen = {pid: mounts(mount(1, "/")) for pid in (1, 8)}
    view = mount_view(subjects, Letters(first.namespaces), seen)
    assert view.shared
    assert [len(one.cells) for one in view.rows] == [1]


def test_what_could_not_be_read_is_told_with_its_errno_and_has_no_cells(process: MakeProcess) -> None:
    view = side_by_side(process, mounts(mount(1, "/")), Unread(13))
    assert [column.errno for column in view.columns] == [None, "EACCES"]
    assert [column.count for column in view.columns] == [1, None]
    assert [len(one.cells) for one in view.rows] == [1]
    assert side_by_side(process, Unread(13), mounts(mount(1, "/"))).rows == ()


def test_a_path_with_a_byte_that_no_terminal_should_get_is_made_safe(process: MakeProcess) -> None:
    odd = mounts(mount(1, "/"), mount(2, "/a\x1b[31m\udcff"))
    assert [one.path for one in side_by_side(process, odd, odd).rows] == ["/", "/a\\x1b[31m\\xff"]


def test_the_host_is_compared_with_whom_it_shares_the_mounts_least(process: MakeProcess) -> None:
    host, like, apart = Subject("host", process(1)), Subject("a", process(2)), Subject("b", process(3, in_mnt=2))
    none, dead = Subject("none", None), Subject("dead", process(4, in_mnt=3), alive=False)
    assert compared((host, none, like, apart)) == (host, apart)
    assert compared((host, dead, like)) == (host, like)
    assert compared((host, dead, none)) == (host, dead)
    assert compared((host,)) == (host,)


# On real namespaces: a shared tmpfs in a mount namespace of our own, and a second one made from it.

OUTER = "mount --make-rprivate / && mount -t tmpfs play /mnt && mount --make-shared /mnt && mkdir /mnt/d /mnt/e"


class Pair:
    """Two shells that do what they are told, the second in a mount namespace that was copied from the first's."""

    def __init__(self, propagation: str) -> None:
        inner = f"unshare --mount --propagation {propagation} sh"
        self._outer = self._start("unshare", "--user", "--map-root-user", "--mount", "sh")
        self.run(self._outer, OUTER)
        self._inner = self._start(
            "nsenter", "--preserve-credentials", "-t", str(self._outer.pid), "-U", "-m", *inner.split()
        )
        self.run(self._inner, ":")

    @staticmethod
    def _start(*command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def run(shell: subprocess.Popen[str], line: str) -> None:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write(f"{line}; echo $?\n")
        shell.stdin.flush()
        assert shell.stdout.readline() == "0\n"

    def host(self, line: str) -> None:
        self.run(self._outer, line)

    def box(self, line: str) -> None:
        self.run(self._inner, line)

    def processes(self, root: ProcRoot) -> tuple[Process, Process]:
        found = read_process(root, self._outer.pid), read_process(root, self._inner.pid)
        assert found[0] is not None
        assert found[1] is not None
        return found[0], found[1]

    def end(self) -> None:
        for shell in (self._inner, self._outer):
            assert shell.stdin is not None
            shell.stdin.close()
            shell.wait()
            assert shell.stdout is not None
            shell.stdout.close()


class Watched:
    """Their mounts, looked at again and again."""

    def __init__(self, root: ProcRoot, pair: Pair) -> None:
        self._watch = MountWatch(root)
        self._processes = pair.processes(root)
        self._letters = Letters(self._processes[0].namespaces)
        self._letters.meet([self._processes[1].namespaces])
        self.look()

    def look(self) -> MountView:
        subjects = tuple(Subject(name, one) for name, one in zip(("host", "box"), self._processes, strict=True))
        return mount_view(subjects, self._letters, self._watch.read(self._processes))


@contextmanager
def watched(root: ProcRoot, propagation: str) -> Iterator[tuple[Pair, Watched]]:
    pair = Pair(propagation)
    try:
        yield pair, Watched(root, pair)
    finally:
        pair.end()


Played = Callable[[str], AbstractContextManager[tuple[Pair, Watched]]]


@pytest.fixture
def played(machine: ProcRoot) -> Played:
    return lambda propagation: watched(machine, propagation)


def test_between_peers_a_real_mount_comes_across_from_either_side(played: Played) -> None:
    with played("unchanged") as (pair, look):
        assert row(look.look(), "/mnt").travel is Travel.BOTH
        pair.box("mount -t tmpfs x /mnt/d")
        pair.host("mount -t tmpfs y /mnt/e")
        view = look.look()
        assert (row(view, "/mnt/d").came_to, row(view, "/mnt/e").came_to) == (0, 1)
        pair.box("umount /mnt/d")
        assert "/mnt/d" not in [one.path for one in look.look().rows]


def test_to_a_slave_a_real_mount_comes_and_from_it_none_goes(played: Played) -> None:
    with played("slave") as (pair, look):
        assert row(look.look(), "/mnt").travel is Travel.TO_SECOND
        pair.box("mount -t tmpfs x /mnt/d")
        pair.host("mount -t tmpfs y /mnt/e")
        view = look.look()
        assert row(view, "/mnt/d").cells[0] is None
        assert row(view, "/mnt/e").came_to == 1


def test_between_private_ones_no_real_mount_travels(played: Played) -> None:
    with played("private") as (pair, look):
        assert row(look.look(), "/mnt").travel is Travel.NEITHER
        pair.box("mount -t tmpfs x /mnt/d")
        pair.host("mount -t tmpfs y /mnt/e")
        view = look.look()
        assert (row(view, "/mnt/d").cells[0], row(view, "/mnt/e").cells[1]) == (None, None)


def test_a_slaves_slave_and_what_it_shares_with_are_reached_too(played: Played) -> None:
    with played("slave") as (pair, look):
        pair.box("mount --make-shared /mnt")
        assert row(look.look(), "/mnt").travel is Travel.TO_SECOND
        pair.host("mount -t tmpfs y /mnt/e")
        assert row(look.look(), "/mnt/e").came_to == 1


def test_a_mount_made_before_the_first_look_did_not_come_across(played: Played, machine: ProcRoot) -> None:
    with played("unchanged") as (pair, _):
        pair.host("mount -t tmpfs y /mnt/e")
        assert row(Watched(machine, pair).look(), "/mnt/e").came_to is None


def test_a_mount_that_goes_and_comes_again_at_another_place_is_later(played: Played) -> None:
    """Its number is given out again, and must not make it pass for the one that was there first."""
    with played("private") as (pair, look):
        before = row(look.look(), "/mnt").cells[1]
        assert before is not None
        assert not before.later
        pair.box("umount /mnt")
        look.look()
        pair.box("mount -t tmpfs again /mnt")
        after = row(look.look(), "/mnt").cells[1]
        assert after is not None
        assert after.later


def test_looking_at_mounts_leaves_no_descriptor_open(played: Played) -> None:
    with played("private") as (_, look):
        before = os.listdir("/proc/self/fd")
        look.look()
        assert os.listdir("/proc/self/fd") == before
