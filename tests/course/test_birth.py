"""A birth held before each call: what the score says is what the kernel says at that moment, as root and as a user."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from nslab.course.birth import Birth
from nslab.course.boards import view_of
from nslab.course.moments import HOST
from nslab.engine.changes import Without
from nslab.engine.client import Lab
from nslab.engine.spec import Process, Spec
from nslab.engine.steps import Done
from nslab.kernel.namespaces import Kind
from nslab.observe.namespaces import Unread

pytestmark = pytest.mark.needs("lab")

ALL = tuple(Kind)
SPEC = Spec("box", Process(("sleep", "100"), pipes=(), terminal=True), ALL, "boxed")


@pytest.fixture(scope="module")
def shared() -> Iterator[Lab]:
    with Lab.start() as lab:
        yield lab


@pytest.fixture(scope="module")
def whole(shared: Lab) -> Iterator[Birth]:
    birth = Birth(shared, SPEC)
    while not birth.ended:
        birth.step()
    yield birth
    birth.close()


def index(birth: Birth, step: str) -> int:
    return [one.id for one in birth.plan].index(step)


def test_before_anybody_is_born_the_world_is_the_hosts(whole: Birth) -> None:
    assert whole.moments[0].pid == whole.moments[index(whole, "clone")].pid == HOST
    assert whole.moments[index(whole, "clone") + 1].pid == whole.pid != HOST


def test_every_call_was_agreed_to_and_has_a_moment_before_and_after(whole: Birth) -> None:
    assert len(whole.outcomes) == len(whole.plan)
    assert all(isinstance(outcome, Done) for outcome in whole.outcomes)
    assert len(whole.moments) == len(whole.plan) + 1


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("pid", "clone"),
        ("user", "clone"),
        ("who", "uid_map"),
        ("root", "pivot"),
        ("hostname", "hostname"),
        ("rights", "capset"),
        ("program", "exec"),
    ],
)
def test_a_fact_changes_with_the_call_that_changes_it(whole: Birth, line: str, step: str) -> None:
    stretches = next(one for one in view_of(whole, SPEC).lines if one.name == line).stretches
    assert stretches[-1].since == index(whole, step) + 1


def test_the_two_locks_are_counted_one_after_the_other(whole: Birth) -> None:
    locks = next(one for one in view_of(whole, SPEC).lines if one.name == "locks").stretches
    assert [(one.since, one.value) for one in locks] == [
        (0, "0"),
        (index(whole, "nnp") + 1, "1"),
        (index(whole, "seccomp") + 1, "2"),
    ]


def test_a_file_that_is_made_is_seen_at_its_path(whole: Birth) -> None:
    at = index(whole, "make_null")
    path = view_of(whole, SPEC).differences(at, at + 1)[0]
    assert path.name == "path"
    assert [part.text for part in path.after] == ["/run/nslab/box/root/dev/null", "file"]
    assert path.before[1].text == "–"


def test_when_the_old_root_is_let_go_its_mounts_are_gone_from_sight(whole: Birth) -> None:
    before, after = (whole.moments[index(whole, "drop_old") + at].mounts for at in (0, 1))
    assert not isinstance(before, Unread)
    assert not isinstance(after, Unread)
    assert len(after) < len(before)


def test_what_is_closed_before_the_program_starts_is_told_by_name(whole: Birth) -> None:
    at = index(whole, "close")
    files = next(one for one in view_of(whole, SPEC).differences(at, at + 1) if one.name == "files")
    assert "/proc" in [part.text for part in files.before]


def test_a_refused_call_ends_the_birth_and_can_be_looked_at(lab_of_its_own: Lab) -> None:
    birth = Birth(
        lab_of_its_own,
        Spec("box", Process(("true",), pipes=(), terminal=True), (Kind.MNT, Kind.PID)),
        (Without(("private",)),),
    )
    while not birth.ended:
        birth.step()
    view = view_of(birth, SPEC)
    assert view.whole
    assert view.calls[view.made - 1].ended_the_plan
    assert birth.plan[view.made - 1].id == "pivot"
    birth.step()
    assert len(birth.outcomes) == view.made
    birth.close()


@pytest.fixture
def lab_of_its_own() -> Iterator[Lab]:
    with Lab.start() as lab:
        yield lab


def test_a_birth_that_is_closed_half_way_leaves_nothing(lab_of_its_own: Lab) -> None:
    before = os.listdir(lab_of_its_own.proc)
    birth = Birth(lab_of_its_own, SPEC)
    for _ in range(index(birth, "pivot")):
        birth.step()
    birth.close()
    assert {name for name in os.listdir(lab_of_its_own.proc) if name.isdigit()} <= set(before)
    again = Birth(lab_of_its_own, SPEC)  # its name and its room are free again
    again.step()
    assert isinstance(again.outcomes[0], Done)
    assert again.outcomes[0].errno == 0
    again.close()


def test_a_lab_that_dies_in_the_middle_is_told_and_closing_still_works() -> None:
    lab = Lab.start()
    birth = Birth(lab, SPEC)
    birth.step()
    lab.close()
    birth.close()
