"""What two mountinfos say about one path, whatever lies below or above the mounts there."""

from __future__ import annotations

from nslab.course.mounted import propagated
from nslab.course.told import Absent
from nslab.course.world import Propagated
from nslab.kernel.procfs import Mount
from nslab.kernel.propagation import Propagation


def mount(number: int, parent: int, point: str, *optional: str) -> Mount:
    return Mount(number, parent, "0:1", "/", point, "rw", optional, "tmpfs", "t", "rw")


HOST = (mount(1, 0, "/", "shared:1"), mount(2, 1, "/w", "shared:2"))


def test_the_mount_on_top_decides() -> None:
    box = (mount(3, 0, "/", "shared:1"), mount(4, 3, "/w", "shared:2"), mount(5, 4, "/w"))
    answer = propagated("/w", (("host", HOST), ("box", box)))
    assert answer == Propagated(False, Propagation(2), Propagation())


def test_a_master_that_only_a_third_mount_names_is_followed() -> None:
    between = mount(9, 1, "/elsewhere", "shared:7", "master:2")
    box = (mount(3, 0, "/"), mount(4, 3, "/w", "master:7"))
    answer = propagated("/w", (("host", (*HOST, between)), ("box", box)))
    assert answer == Propagated(True, Propagation(2), Propagation(None, 7))


def test_where_one_of_them_has_no_mount_it_is_told_who_lacks_it() -> None:
    answer = propagated("/w", (("host", HOST), ("box", HOST[:1])))
    assert isinstance(answer, Absent)
    assert answer.reason.id == "absent.no-mount"
    assert str(answer.reason.facts["where"]).count("box") == 1
