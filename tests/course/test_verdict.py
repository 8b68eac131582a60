"""The verdict on an order, fact by fact: each is told when it alone is wrong. Against the kernel: test_ordering."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from msgspec import structs

from nslab.course.ordering import CARDS, Played
from nslab.course.verdict import PROOFS, missing, reason
from nslab.engine.ground import place
from nslab.engine.steps import Done
from nslab.kernel.procfs import Mount
from nslab.observe.moment import Moment
from nslab.observe.namespaces import Unread
from tests import born

HOST = born.moment(0)
BOX = structs.replace(born.moment(len(born.BORN)), program="/usr/bin/sleep")
PATHS: dict[str, str | Unread] = {
    PROOFS["old-root"]: Unread(errno.ENOENT),
    PROOFS["devices"]: "device 1:3",
    PROOFS["masks"]: "device 1:3",
}


def at(point: str) -> Mount:
    return Mount(9, 1, "1:3", "/", point, "rw", (), "tmpfs", "none", "")


def mounts(moment: Moment) -> tuple[Mount, ...]:
    assert isinstance(moment.mounts, tuple)
    return moment.mounts


def with_status(**fields: Any) -> dict[str, Any]:
    assert not isinstance(BOX.status, Unread)
    return {"status": structs.replace(BOX.status, **fields)}


def test_a_container_that_has_everything_lacks_nothing() -> None:
    assert missing(HOST, HOST, BOX, PATHS) == ()


@pytest.mark.parametrize(
    ("lacking", "other"),
    [
        ("root", {"mounts": HOST.mounts}),
        ("root", {"mounts": Unread(errno.EACCES)}),
        ("old-root", {"mounts": (*mounts(BOX), *mounts(BOX))}),
        ("ps", {"shown": (1, 2)}),
        ("ps", {"shown": Unread(errno.ENOENT)}),
        ("hostname", {"hostname": "lab"}),
        ("rights", with_status(cap_effective=1)),
        ("nnp", with_status(no_new_privs=False)),
        ("filter", with_status(seccomp_filters=1)),
        ("program", {"program": "/usr/bin/python3.11"}),
        ("program", {"program": Unread(errno.ENOENT)}),
        ("unread", {"status": Unread(errno.EACCES)}),
    ],
)
def test_what_alone_is_not_so_in_the_container_is_what_it_lacks(lacking: str, other: dict[str, Any]) -> None:
    assert missing(HOST, HOST, structs.replace(BOX, **other), PATHS) == (lacking,)


@pytest.mark.parametrize(
    ("lacking", "other"),
    [
        ("host-renamed", {"hostname": "box"}),
        ("leak", {"mounts": (*mounts(HOST), at(place(born.SPEC, "root") + "/proc"))}),
    ],
)
def test_what_happened_to_the_host_is_told_of_the_container(lacking: str, other: dict[str, Any]) -> None:
    assert missing(HOST, structs.replace(HOST, **other), BOX, PATHS) == (lacking,)


@pytest.mark.parametrize(
    ("lacking", "found"), [("old-root", "directory"), ("devices", Unread(errno.ENOENT)), ("masks", "file")]
)
def test_what_a_path_inside_should_not_lead_to_is_told(lacking: str, found: str | Unread) -> None:
    assert missing(HOST, HOST, BOX, {**PATHS, PROOFS[lacking]: found}) == (lacking,)


def test_an_errno_that_no_neighbour_explains_has_its_own_meaning_alone() -> None:
    step = next(step for step in born.BORN if step.id == "overlay")
    ended = Played("tree", "refused", 1, 0.0, step, Done(step.id, errno.ENOSPC, 0.0, 0, 0))
    assert reason(CARDS, ended) == "other"
