"""Mounts as paths meet them: which is on top, which hides which; for any tree, and as the kernel has it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nslab.kernel import procfs
from nslab.kernel.procfs import Mount
from nslab.observe.mount_tree import MountTree, paths_between

Boxed = Callable[..., AbstractContextManager[int]]
PATHS = st.lists(st.sampled_from("abc"), max_size=3).map(lambda parts: "/" + "/".join(parts))


def mount(number: int, parent: int, point: str, fstype: str = "tmpfs") -> Mount:
    return Mount(number, parent, "0:1", "/", point, "rw", (), fstype, "none", "rw")


def hidden(*mounts: Mount) -> dict[int, int]:
    """By number, which mount each hidden one is hidden by."""
    tree = MountTree(mounts)
    return {one.id: hider.id for one in mounts if (hider := tree.hider(one))}


def test_a_mount_over_another_at_the_same_place_hides_it() -> None:
    assert hidden(mount(1, 0, "/"), mount(2, 1, "/tmp"), mount(3, 2, "/tmp")) == {2: 3}


def test_a_mount_over_a_directory_hides_what_is_mounted_below_it() -> None:
    root, below, over = mount(1, 0, "/"), mount(2, 1, "/a/b/c"), mount(3, 1, "/a")
    assert hidden(root, below, over) == {2: 3}
    assert MountTree((root, below, over)).hidden_by(over) == (below,)


def test_a_neighbour_with_a_longer_name_is_not_below() -> None:
    assert hidden(mount(1, 0, "/"), mount(2, 1, "/ab"), mount(3, 1, "/a")) == {}


def test_what_lies_on_the_covering_mount_is_in_sight() -> None:
    covered, cover, on_it = mount(2, 1, "/a/b"), mount(3, 1, "/a"), mount(4, 3, "/a/b")
    tree = MountTree((mount(1, 0, "/"), covered, cover, on_it))
    assert tree.hider(on_it) is None
    assert tree.at("/a/b") == (on_it, covered)


def test_a_new_root_over_the_old_one_hides_everything_of_it() -> None:
    assert hidden(mount(1, 0, "/"), mount(2, 1, "/a"), mount(3, 2, "/a/b"), mount(4, 1, "/")) == {1: 4, 2: 4, 3: 4}


def test_several_at_one_place_are_told_from_the_top_down_in_whatever_order_they_are_listed() -> None:
    stack = (mount(9, 5, "/p"), mount(2, 1, "/p"), mount(5, 2, "/p"))
    assert [one.id for one in MountTree((mount(1, 0, "/"), *stack)).at("/p")] == [9, 5, 2]


def test_where_nothing_is_mounted_there_is_nothing() -> None:
    assert MountTree((mount(1, 0, "/"),)).at("/tmp") == ()


def test_parents_in_a_circle_as_numbers_given_again_may_make_them_end_nothing() -> None:
    assert MountTree((mount(1, 2, "/a"), mount(2, 1, "/b"))).points() == {"/a", "/b"}


@given(points=st.lists(PATHS, max_size=8))
def test_a_path_leads_to_the_mount_that_was_made_last_there_and_to_no_other(points: list[str]) -> None:
    """Mounts made one after another as mount(2) makes them: each on whatever its path leads to then."""
    mounts = [mount(1, 0, "/")]
    for point in points:
        tree = MountTree(mounts)
        reached = leads_to(point, tree)
        mounts.append(mount(len(mounts) + 1, reached.id, point))
    tree = MountTree(mounts)
    visible = {one.id for one in mounts if tree.hider(one) is None}
    assert visible == {leads_to(point, tree).id for point in ["/", *points]}
    for point in points:
        assert tree.at(point)[0].id == leads_to(point, tree).id or leads_to(point, tree).point != point
    assert sum(len(tree.hidden_by(one)) for one in mounts) == len(mounts) - len(visible)


def leads_to(path: str, tree: MountTree) -> Mount:
    """The mount that a path walk ends on, step by step as namei does it."""
    here = next(one for one in tree.mounts if one.parent == 0)
    for prefix in (*paths_between("/", path), path):
        while there := next((one for one in tree.mounts if (one.parent, one.point) == (here.id, prefix)), None):
            here = there
    return here


@pytest.mark.parametrize(
    ("top", "path", "between"),
    [
        ("/", "/a", ["/"]),
        ("/", "/a/b/c", ["/", "/a", "/a/b"]),
        ("/a", "/a/b/c", ["/a", "/a/b"]),
        ("/a", "/a", []),
        ("/", "/", []),
    ],
)
def test_the_directories_on_the_way_begin_with_the_top_and_leave_out_the_end(
    top: str, path: str, between: list[str]
) -> None:
    assert list(paths_between(top, path)) == between


def test_the_kernels_own_tree_says_what_opening_a_path_says(boxed: Boxed) -> None:
    made = "mount -t tmpfs one /mnt; mkdir -p /mnt/a/b; mount -t tmpfs two /mnt/a/b; touch /mnt/a/b/two"
    with boxed("--mount", run=f"{made}; mount -t ramfs three /mnt/a; echo; exec sleep 60") as pid:
        with procfs_directory(pid) as directory:
            tree = MountTree(procfs.read_mountinfo(directory))
        assert not Path(f"/proc/{pid}/root/mnt/a/b").exists()
        (two,), (three,) = tree.at("/mnt/a/b"), tree.at("/mnt/a")
        assert tree.hider(two) is three
        assert (two.source, three.fstype) == ("two", "ramfs")
        assert tree.hider(tree.at("/mnt")[0]) is None


class procfs_directory:
    """A process's directory in /proc, open."""

    def __init__(self, pid: int) -> None:
        root = procfs.open_root("/proc")
        self._fd = procfs.open_process(root, pid)
        os.close(root)

    def __enter__(self) -> int:
        return self._fd

    def __exit__(self, *_: object) -> None:
        os.close(self._fd)
